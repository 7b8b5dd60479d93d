// What the grid of a fleet run costs: npm run bench -- bench/tui/grid.ts [--boards 100] [--seconds
// 10] CPU time of hearing so many boards four times a second each, of making a frame, and of
// painting it, beside a comparison of the same lines alone (what painting cannot go below), in
// alternating rounds; and the heap before and after.
import { parseArgs } from 'node:util';

process.env.NODE_ENV = 'production';
const { median } = await import('../../agent/contract/statistics/quantile.ts');
const { Screen } = await import('../../src/tui/frame/screen.ts');
const { themeFor } = await import('../../src/terminal/theme.ts');
const { FleetView } = await import('../../src/tui/fleet/fleet-view.ts');
const { terminalLike } = await import('../../test/support/frames.ts');
const { fleetBoards, ToldBoard } = await import('../../test/support/watched-fleet.ts');
const { Nowhere } = await import('./nowhere.ts');

const { values } = parseArgs({
  options: {
    boards: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
  },
});
const count = Number(values.boards);
const RATE_HZ = 4;
const ROUNDS = 5;
const OVER = 50;
/** So long in the time of the fleet run; here as fast as it goes. */
const frames = Number(values.seconds) * RATE_HZ;

let nowMs = 0;
const boards = fleetBoards(count);
const told = boards.map((board) => new ToldBoard(board));
const view = new FleetView({
  title: 'rack',
  boards,
  lanes: { connects: 8, pushes: 4, runs: Number.POSITIVE_INFINITY },
  nowMs: () => nowMs,
  onOpen: () => undefined,
  onStop: () => undefined,
  onRetry: () => undefined,
  onEnd: () => undefined,
});
const terminal = new Nowhere();
const theme = themeFor(terminalLike({ hasColour: true }));
const { columns, rows } = terminal;

for (const board of told) {
  for (const change of [...board.connect(), ...board.start(), ...board.begin()]) view.hear(change);
}

/**
 * A quarter of a second of every board: a batch of iterations, now and then the end of a process.
 */
function quarter(at: number): void {
  nowMs += 1000 / RATE_HZ;
  told.forEach((board, index) => {
    view.hear(board.iterate(8e6 + ((at * 31 + index * 17) % 100) * 1e4));
    if ((at + index) % 40 !== 0) return;
    view.hear(board.end());
    for (const change of board.begin('c1', Math.floor(at / 40))) view.hear(change);
  });
}

/** CPU time of one frame; what takes microseconds is done over and over. */
function cpuMs(work: (frame: number) => void, times = 1): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) {
    for (let frame = 0; frame < frames; frame += 1) work(frame);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / frames / times;
}

const drawn: (readonly string[])[] = [];
const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
/** Lines that differ from those of the frame before, and no more. */
function changedLines(lines: readonly string[], before: readonly string[]): string {
  return lines.filter((line, row) => line !== before[row]).join('\n');
}

const screen = new Screen(terminal);
const raw = new Screen(terminal);
screen.enter();
raw.enter();
const rounds: Record<'heard' | 'whole' | 'painted' | 'compared', number>[] = [];
let at = 0;
const heapBefore = heapMb();
for (let round = 0; round < ROUNDS; round += 1) {
  drawn.length = 0;
  const heard = cpuMs(() => quarter(at++));
  const whole = cpuMs(() => {
    quarter(at++);
    const { lines } = view.render({ size: { columns, rows }, theme, nowMs });
    drawn.push(lines);
    screen.show(lines);
  });
  const painted = cpuMs((frame) => raw.show(drawn[frame] ?? []), OVER);
  let bytes = 0;
  const compared = cpuMs((frame) => {
    bytes += changedLines(drawn[frame] ?? [], drawn[frame - 1] ?? []).length;
  }, OVER);
  if (bytes === 0) throw new Error('nothing changed');
  rounds.push({ heard, whole, painted, compared });
}
raw.leave();
screen.leave();
const of = (what: keyof (typeof rounds)[number]) => median(rounds.map((round) => round[what]));
const share = (ms: number) => `${((ms * RATE_HZ) / 10).toFixed(1)} % of a core`;
console.log(
  `grid of ${count} boards, 160 x 44, all measuring, ${RATE_HZ} batches and frames a second; medians of ${ROUNDS} rounds of ${frames}, CPU time`,
);
console.log(`  hearing all boards       ${of('heard').toFixed(2)} ms, ${share(of('heard'))}`);
console.log(`  hearing, frame, painting ${of('whole').toFixed(2)} ms, ${share(of('whole'))}`);
console.log(`  painting the same alone  ${of('painted').toFixed(3)} ms`);
console.log(`  comparing lines alone    ${of('compared').toFixed(3)} ms`);
console.log(
  `heap ${heapBefore.toFixed(0)} MB before, ${heapMb().toFixed(0)} MB after${globalThis.gc === undefined ? ' (with garbage: run node with --expose-gc)' : ''}`,
);
