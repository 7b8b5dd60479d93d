import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Plan } from '../../../agent/contract/plan.ts';
import { BoardJournal } from '../../../host/fleet/board-journal.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import { JournalReader } from '../../../host/journal/journal.ts';
import { runDepths } from '../../../host/journal/run-depth.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import { canvasOf, frameOf, terminalLike } from '../../../test/support/frames.ts';
import { BEGAN_MS, liveEvents, liveJournal, livePlan } from '../../../test/support/live-run.ts';
import { fleetBoards, ToldBoard } from '../../../test/support/watched-fleet.ts';
import { LiveView } from '../live/live-view.ts';
import { BoardView, type BoardViewOptions } from './board-view.ts';
import { WatchedBoard } from './watched-board.ts';

const size = { columns: 100, rows: 30 };
const nowMs = () => BEGAN_MS + 60_000;
const lines = liveJournal()
  .text()
  .split(/(?<=\n)/u);
const journal = new JournalReader().push(liveJournal().bytes());
/** As the fleet hears of the board, and as somebody who watches it alone. */
const events = liveEvents(journal, runDepths.fleet);
const seen = liveEvents(journal);
const HEAD = seen.length - journal.length;

/** A run's journal on the disk, of which more and more lines are there. */
async function diskJournal() {
  const runs = await mkdtemp(join(tmpdir(), 'orin-board-view-'));
  onTestFinished(() => rm(runs, { recursive: true, force: true }));
  const directory = join(runs, livePlan.runId);
  await mkdir(directory);
  let written = 0;
  return {
    read: (plan: Plan) => new BoardJournal(runs, plan),
    /** Writes the journal up to so many lines. */
    write: async (count: number) => {
      await appendFile(join(directory, 'journal.ndjson'), lines.slice(written, count).join(''));
      written = count;
    },
  };
}

/** Waits until a claim holds: the disk is read meanwhile. */
const until = (claim: () => void) => vi.waitFor(claim, { timeout: 20_000 });

/** A journal that cannot be read. */
const unreadable = () => ({
  read(): AsyncIterable<never> {
    throw new Error('EACCES: permission denied');
  },
});

function setUp(read: BoardViewOptions['journal']) {
  const told = new ToldBoard(fleetBoards(1)[0] as FleetChange['board']);
  const board = new WatchedBoard(told.board, BEGAN_MS);
  let view: BoardView | null = null;
  const hear = (change: FleetChange) => {
    board.hear(change, nowMs());
    view?.hear(change);
  };
  const called: string[] = [];
  const open = () => {
    view = new BoardView({
      board,
      terminal: terminalLike(),
      nowMs,
      journal: read,
      onChange: () => called.push('change'),
      onBack: () => called.push('back'),
      onStop: () => called.push('stop'),
      onRetry: () => called.push('retry'),
      onEnd: () => called.push('end'),
    });
    return view;
  };
  const draw = (shown: BoardView | LiveView) =>
    frameOf(shown.render({ ...canvasOf(size), nowMs: nowMs() }), size);
  return { told, board, hear, open, draw, called };
}

/** What a view shows that was there from the first event on. */
function watchedFromTheStart(board: string, heard: readonly RunEvent[]): LiveView {
  const view = new LiveView({
    board,
    place: 'board',
    terminal: terminalLike(),
    nowMs,
    onChange: () => undefined,
    onEnd: () => undefined,
  });
  for (const event of heard) view.listen(event);
  return view;
}

/** The part that has no times of this machine in it. */
const figures = (frame: string) => frame.split('\n').slice(2, 27).join('\n');

test('a board that is opened late shows what one shows that was watched from the start', async () => {
  const disk = await diskJournal();
  const { told, hear, open, draw } = setUp(disk.read);
  const early = 20;
  for (const event of events.slice(0, HEAD + early)) hear(told.tell(event));
  await disk.write(early);
  const view = open();
  // Some come while the beginning is read, others later.
  for (let count = early + 1; count <= journal.length; count += 1) {
    await disk.write(count);
    hear(told.tell(events[HEAD + count - 1] as RunEvent));
    if (count % 7 === 0) await setImmediate();
  }
  const expected = figures(draw(watchedFromTheStart(told.board.name, seen)));
  await until(() => expect(figures(draw(view))).toBe(expected));
});

test('without a journal to read it shows what the fleet knows, and says so', async () => {
  const { told, hear, open, draw } = setUp(unreadable);
  for (const event of events) hear(told.tell(event));
  const view = open();
  view.press({ name: 'tab', text: null });
  view.press({ name: 'tab', text: null });
  await until(() => expect(draw(view)).toContain('what was measured before is not shown: EACCES'));
  hear(told.tell(events.at(-1) as RunEvent));
  await until(() => expect(draw(view)).toContain('120 iterations'));
});

test('a board that failed shows why, and time stands still', async () => {
  const disk = await diskJournal();
  await disk.write(journal.length);
  const { told, hear, open, draw } = setUp(disk.read);
  for (const event of events) hear(told.tell(event));
  const view = open();
  hear(told.fail());
  await until(() => expect(draw(view)).toContain('✗ failed'));
  expect(draw(view)).toContain('its journal has no end');
});

test('keys go back, stop, retry and end; the others are those of the live view', async () => {
  const { open, draw, called } = setUp((await diskJournal()).read);
  const view = open();
  called.length = 0;
  for (const name of ['escape', 's', 'x', 'q']) view.press({ name, text: name });
  expect(called).toEqual(['back', 'stop', 'retry', 'end']);
  view.press({ name: 'space', text: ' ' });
  expect(draw(view)).toContain('PAUSED');
});
