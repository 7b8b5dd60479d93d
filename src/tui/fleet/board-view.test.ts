import { expect, test } from 'vitest';
import type { JournalEvent } from '../../../agent/contract/events.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import { canvasOf, frameOf, terminalLike } from '../../../test/support/frames.ts';
import { BEGAN_MS, liveEvents } from '../../../test/support/live-run.ts';
import { fleetBoards, ToldBoard } from '../../../test/support/watched-fleet.ts';
import { LiveView } from '../live/live-view.ts';
import { BoardView } from './board-view.ts';
import { WatchedBoard } from './watched-board.ts';

const size = { columns: 100, rows: 30 };
const nowMs = () => BEGAN_MS + 60_000;
/** Numbered as they come, which is what a journal's numbers are. */
const events = liveEvents().map(
  (one, seq): RunEvent =>
    one.kind === 'journal' ? { kind: 'journal', event: { ...one.event, seq } } : one,
);
const journal = events.flatMap((one) => (one.kind === 'journal' ? [one.event] : []));

/** A journal on the disk that grows while it is read: gives what is there, then waits to be let go on. */
function slowJournal() {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let has: readonly JournalEvent[] = [];
  async function* read() {
    yield has.slice(0, 10);
    await released;
    yield has.slice(10);
  }
  return { read, release, write: (all: readonly JournalEvent[]) => (has = all) };
}

function setUp(read: (runId: string) => AsyncIterable<readonly JournalEvent[]>) {
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

const settled = async () => await new Promise((resolve) => setTimeout(resolve, 20));

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

test('a board that is opened late shows what one shows that was watched from the start, each event once', async () => {
  const disk = slowJournal();
  const { told, hear, open, draw } = setUp(disk.read);
  const early = events.slice(0, 25);
  for (const event of early) hear(told.tell(event));
  disk.write(journal);
  const view = open();
  await settled();
  // These are on the disk as well by the time at which it is read.
  for (const event of events.slice(25)) hear(told.tell(event));
  disk.release();
  await settled();
  expect(figures(draw(view))).toBe(figures(draw(watchedFromTheStart(told.board.name, events))));
});

test('without a journal to read it goes on from where it is, and says so', async () => {
  const { told, hear, open, draw } = setUp(async function* () {
    yield [];
    throw new Error('EACCES: permission denied');
  });
  for (const event of events) hear(told.tell(event));
  const view = open();
  await settled();
  view.press({ name: 'tab', text: null });
  view.press({ name: 'tab', text: null });
  expect(draw(view)).toContain('what was measured before is not shown: EACCES');
});

test('a board that failed shows why, and time stands still', async () => {
  const { told, hear, open, draw } = setUp(async function* () {
    yield journal;
  });
  for (const event of events) hear(told.tell(event));
  const view = open();
  await settled();
  hear(told.fail());
  const frame = draw(view);
  expect(frame).toContain('✗ failed');
  expect(frame).toContain('its journal has no end');
});

test('keys go back, stop, retry and end; the others are those of the live view', async () => {
  const { open, draw, called } = setUp(async function* () {});
  const view = open();
  await settled();
  called.length = 0;
  for (const name of ['escape', 's', 'x', 'q']) view.press({ name, text: name });
  expect(called).toEqual(['back', 'stop', 'retry', 'end']);
  view.press({ name: 'space', text: ' ' });
  expect(draw(view)).toContain('PAUSED');
});
