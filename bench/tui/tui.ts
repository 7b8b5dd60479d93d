// What the live view costs: npm run bench -- bench/tui/tui.ts [--frames 100] [--effect [--pairs 6]]
// CPU time of a frame of 12 CPUs and 40 sources of interrupts, every line of it new, beside
// painting the same text alone, in alternating rounds; and the heap over 10,000 updates. With
// --effect (after `npm run build`, two to three minutes) instead: whether watching changes what is
// measured.
import { parseArgs } from 'node:util';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { JournalEvent } from '../../agent/contract/events.ts';
import type { RunEvent } from '../../host/run/run-event.ts';

// React's other build is two to three times slower, and the program never runs it.
process.env.NODE_ENV = 'production';
const { median } = await import('../../agent/contract/statistics/quantile.ts');
const { Screen } = await import('../../src/tui/frame/screen.ts');
const { ScreenHost } = await import('../../src/tui/frame/screen-host.tsx');
const { themeFor } = await import('../../src/terminal/theme.ts');
const { LiveView } = await import('../../src/tui/live/live-view.ts');
const { FakeStdin } = await import('../../test/support/fake-stdin.ts');
const { terminalLike } = await import('../../test/support/frames.ts');
const { liveEvents, liveJournalEvents, livePlan } = await import('../../test/support/live-run.ts');
const { RunFold } = await import('../../host/journal/run-fold.ts');
const { runDepths } = await import('../../host/journal/run-depth.ts');
const { Nowhere } = await import('./nowhere.ts');

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100' },
    effect: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '6' },
  },
});
if (values.effect) {
  const { measureEffect } = await import('./effect.ts');
  console.log(await measureEffect(Number(values.pairs)));
  process.exit(0);
}
const frames = Number(values.frames);
const ROUNDS = 5;
const UPDATES = 10_000;
const RATE_HZ = 4;

const journal = liveJournalEvents();
const head = liveEvents().slice(0, -journal.length);
const fold = new RunFold(livePlan, runDepths.view);
const heard = (event: JournalEvent): RunEvent => ({ kind: 'journal', ...fold.add(event) });
const newest = journal.findLast((one) => one.kind === 'iter');
if (newest?.kind !== 'iter') throw new Error('no iterations');
const batch = newest;

/** The next batch of iterations: a tenth of a second later, with figures of its own. */
function update(at: number): RunEvent {
  const dt_ns = batch.dt_ns.map((duration, index) => duration + ((at * 7 + index) % 100) * 1000);
  return heard({ ...batch, first: at, t0_ns: 20e9 + at * 1e8, dt_ns });
}

const CPUS = 12;
const SOURCES = 40;

/** A reading with all CPUs and sources, a second later each time; every counter of it moves. */
function reading(at: number): RunEvent {
  const cpus = Array.from({ length: CPUS }, (_, cpu) => cpu);
  const seconds = 100 + at;
  const counts = (row: number) =>
    cpus.map((cpu) => seconds * (1 + ((row * 37 + cpu * 11 + at) % 90)) * 10);
  const rows = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, row) => ({
      id: cleanLine(`${prefix}${row}`),
      counts: counts(row),
    }));
  return heard({
    kind: 'tele',
    seq: 0,
    t_ns: seconds * 1e9,
    cpus: cpus.map((cpu) => {
      const busy = (cpu * 7 + at) % 90;
      const used = seconds * busy;
      return { cpu, jiffies: [used, 0, used / 8, seconds * 100 - used, 0, at, at, 0, 0, 0] };
    }),
    intr: seconds * 80_000,
    ctxt: seconds * 9_000,
    memAvailableBytes: 5e9 - at * 1e5,
    counted: {
      interrupts: { cpus, rows: rows('irq', SOURCES - 10) },
      softirqs: { cpus, rows: rows('SOFT', 10) },
    },
  });
}

const begun = journal.findLast((one) => one.kind === 'process');
if (begun === undefined) throw new Error('no process');

const terminal = new Nowhere();
const view = new LiveView({
  board: 'orin.local',
  terminal: terminalLike({ hasColour: true }),
  nowMs: Date.now,
  onChange: () => undefined,
  onEnd: () => undefined,
});
for (const one of [...head, ...journal.map(heard)]) view.listen(one);
const host = new ScreenHost(view, {
  terminal,
  stdin: new FakeStdin() as unknown as NodeJS.ReadStream,
  theme: themeFor(terminalLike({ hasColour: true })),
  onInterrupt: () => undefined,
});

async function cpuMs(work: (frame: number) => void): Promise<number> {
  const before = process.cpuUsage();
  for (let frame = 0; frame < frames; frame += 1) {
    work(frame);
    // React draws what came from outside of it at the end of the turn.
    await new Promise(setImmediate);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / frames;
}

let at = 0;
const drawn: (readonly string[])[] = [];
const show = Screen.prototype.show;
Screen.prototype.show = function (lines) {
  if (drawn.length < frames) drawn.push(lines);
  show.call(this, lines);
};
const raw = new Screen(terminal);
raw.enter();
const rounds: { whole: number; painted: number }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const whole = await cpuMs(() => {
    view.listen(update(at));
    view.listen(reading(at++));
    host.show(view);
  });
  const painted = await cpuMs((frame) => show.call(raw, drawn[frame] ?? []));
  rounds.push({ whole, painted });
}
raw.leave();
const whole = median(rounds.map((round) => round.whole));
const painted = median(rounds.map((round) => round.painted));
console.log(`live view, 160 x 44, ${ROUNDS} rounds of ${frames} frames, CPU time per frame`);
console.log(
  `  whole frame        ${whole.toFixed(1)} ms, at ${RATE_HZ} a second ${((whole * RATE_HZ) / 10).toFixed(1)} % of a core`,
);
console.log(`  painting it alone  ${painted.toFixed(2)} ms`);

const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
const heaps: number[] = [];
for (let count = 0; count < UPDATES; count += 1) {
  // A process has some thousand iterations.
  if (count % 60 === 0) view.listen(heard(begun));
  view.listen(update(at++));
  if (count % 20 === 0) host.show(view);
  if (count % 20 === 0) await new Promise(setImmediate);
  if (count % (UPDATES / 5) === 0) heaps.push(heapMb());
}
heaps.push(heapMb());
const note = globalThis.gc === undefined ? ' (with garbage: run node with --expose-gc)' : '';
console.log(
  `heap over ${UPDATES} updates: ${heaps.map((mb) => mb.toFixed(0)).join(' ')} MB${note}`,
);
host.close();
