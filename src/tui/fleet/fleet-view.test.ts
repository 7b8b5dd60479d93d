import { stripVTControlCharacters } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import { keys } from '../../../test/support/fake-stdin.ts';
import { canvasOf, frameOf, type Look, sizes } from '../../../test/support/frames.ts';
import { openStand } from '../../../test/support/screen-stand.ts';
import { fleetBoards, fleetChanges, ToldBoard } from '../../../test/support/watched-fleet.ts';
import type { Size } from '../frame/layout.ts';
import { FleetView } from './fleet-view.ts';

interface Called {
  readonly what: string;
  readonly names: readonly string[];
}

/** A grid of so many boards, its clock, and what it asked for. */
function grid(count: number, changes: readonly FleetChange[] = fleetChanges(count)) {
  const clock = { nowMs: 1_000 };
  const called: Called[] = [];
  const view = new FleetView({
    title: 'rack',
    boards: fleetBoards(count),
    lanes: { connects: 8, pushes: 4, runs: Number.POSITIVE_INFINITY },
    nowMs: () => clock.nowMs,
    onOpen: ({ name }) => called.push({ what: 'open', names: [name] }),
    onStop: ({ name }) => called.push({ what: 'stop', names: [name] }),
    onRetry: (boards) => called.push({ what: 'retry', names: boards.map(({ name }) => name) }),
    onEnd: () => called.push({ what: 'end', names: [] }),
  });
  for (const change of changes) view.hear(change);
  clock.nowMs += 372_000;
  const draw = (size: Size, look: Look = {}) =>
    frameOf(view.render({ ...canvasOf(size, look), nowMs: clock.nowMs }), size);
  const press = (...names: readonly string[]) => {
    for (const name of names) view.press({ name, text: name.length === 1 ? name : null });
  };
  return { view, clock, called, draw, press };
}

const usual: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
  { columns: 160, rows: 44 },
  { columns: 200, rows: 50 },
];

describe.each(usual)('at $columns x $rows', (size) => {
  test.each([1, 6, 25, 100, 200])('%i boards', (count) => {
    expect(grid(count).draw(size)).toMatchSnapshot();
  });
});

describe.each(sizes)('at $columns x $rows', (size) => {
  test('a frame fits, however many boards there are and however they are shown', () => {
    for (const count of [1, 6, 25, 200]) {
      const { draw, press } = grid(count);
      for (let view = 0; view < 3; view += 1) {
        draw(size);
        press('v');
      }
    }
    grid(4, []).draw(size);
  });

  test('without Unicode there is nothing but ASCII', () => {
    for (const count of [4, 25, 200]) {
      expect(grid(count).draw(size, { isUnicode: false })).toMatch(/^[\n -~]*$/);
    }
  });
});

test.each([4, 25, 100])('colour adds no meaning: of %i boards the text is the same', (count) => {
  const size = { columns: 160, rows: 44 };
  const { draw } = grid(count);
  const coloured = draw(size, { hasColour: true });
  expect(coloured).toContain('\u001b[');
  expect(stripVTControlCharacters(coloured).replace(/ +$/gm, '')).toBe(draw(size));
});

const small = { columns: 100, rows: 30 };

test('the pointer stays on its board when boards change places', () => {
  const { view, clock, draw, press } = grid(25);
  draw(small);
  press('down', 'down', 'o');
  const pointed = /›\S+ (\S+)/.exec(draw(small))?.[1];
  press('o', 'o', 'O');
  expect(/›\S+ (\S+)/.exec(draw(small))?.[1]).toBe(pointed);
  const failing = new ToldBoard(fleetBoards(25)[9] as FleetChange['board']);
  view.hear(failing.fail());
  clock.nowMs += 10_000;
  expect(/›\S+ (\S+)/.exec(draw(small))?.[1]).toBe(pointed);
});

test('boards change places only when nobody was at the keys for a while', () => {
  const { view, clock, draw, press } = grid(25);
  press('down');
  const firstOf = (frame: string) => /[✗?●◐○✓] (orin-\d+)/.exec(frame.split('\n')[4] ?? '')?.[1];
  const before = firstOf(draw(small));
  // By state, failures stand first; the board with the lowest name among them is new.
  view.hear(new ToldBoard(fleetBoards(25)[0] as FleetChange['board']).fail());
  clock.nowMs += 1_000;
  expect(firstOf(draw(small))).toBe(before);
  clock.nowMs += 3_000;
  expect(firstOf(draw(small))).toBe('orin-01');
});

test('a filter keeps boards by name, tag and state, and counts go on over all of them', () => {
  const { draw, press } = grid(25);
  const boards = () => [...draw({ columns: 160, rows: 44 }).matchAll(/^.[✗?●◐○✓] orin/gm)].length;
  press('/', ...'state:fail', 'enter');
  expect(boards()).toBe(1);
  expect(draw(small)).toContain('10 done');
  press('escape', '/', ...'tag:lab', 'space');
  expect(boards()).toBe(9);
  press('enter', 'escape', '/', ...'!done', 'enter');
  expect(boards()).toBe(15);
  press('/', ...'no such board', 'enter');
  expect(draw(small)).toContain('no board fits the filter');
});

test('medians can be of any cell of the plan', () => {
  const { draw, press } = grid(25);
  expect(draw(small)).toContain('median of 1 thread');
  press('c');
  expect(draw(small)).toContain('median of 6 threads');
});

test('fastest and slowest first; boards without a median come last either way', () => {
  const { draw, press } = grid(25);
  const medians = () =>
    [...draw({ columns: 160, rows: 44 }).matchAll(/^.[✗?●◐○✓] orin.*?(\d\.\d\d) /gm)].map((match) =>
      Number(match[1]),
    );
  press('o', 'o', 'o');
  expect(draw(small)).toContain('by fastest');
  const ascending = medians();
  expect(ascending.length).toBeGreaterThan(10);
  expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
  press('o');
  expect(medians()).toEqual([...ascending].sort((a, b) => b - a));
});

test('keys that make no sense say why', () => {
  const { draw, press, called } = grid(25);
  press('o', 'home', 'x');
  expect(draw(small)).toContain('orin-01.local is done: only a board that gave no result');
  press('s');
  expect(draw(small)).toContain('orin-01.local is done: nothing goes on there');
  press('escape');
  expect(draw(small)).toContain('q ends');
  expect(called).toEqual([]);
});

test('one board is retried, or all that gave no result; one is stopped, opened', () => {
  const { press, called, draw } = grid(25);
  draw(small);
  press('x', 'X', 'down', 'down', 's', 'enter', 'q');
  expect(called).toEqual([
    { what: 'retry', names: ['orin-03.local'] },
    { what: 'retry', names: ['orin-03.local', 'orin-06.local'] },
    { what: 'stop', names: ['orin-10.local'] },
    { what: 'open', names: ['orin-10.local'] },
    { what: 'end', names: [] },
  ]);
});

test('when all is over and a board gave no result, it says what can be done', () => {
  const boards = fleetBoards(2).map((board) => new ToldBoard(board));
  const changes = boards.flatMap((board, index) => [
    ...board.connect(),
    index === 0 ? board.settle({ phase: 'done' }) : board.noAnswer(),
  ]);
  const frame = grid(2, changes).draw(small);
  expect(frame).toContain('all settled');
  expect(frame).toContain('1 board gave no result: x measures the selected one again');
});

test('a board that goes again begins with nothing of its last turn', () => {
  const told = new ToldBoard(fleetBoards(1)[0] as FleetChange['board']);
  const { view, draw } = grid(1, [
    ...told.connect(),
    ...told.start(),
    ...told.begin(),
    told.iterate(8.4e6),
    told.end(),
    told.fail(),
  ]);
  expect(draw(small)).toContain('the run was cut');
  view.hear(told.settle({ phase: 'queued', failure: null, plan: null, run: null }));
  const frame = draw(small);
  expect(frame).not.toContain('the run was cut');
  expect(frame).not.toContain('8.40 ms');
});

test('what boards are called and say reaches no terminal as anything but text', () => {
  const told = new ToldBoard(fleetBoards(6)[0] as FleetChange['board']);
  const { draw } = grid(6, [
    ...told.connect(),
    told.tell({ kind: 'note', text: 'note\u001b[2J\u0007 of a board' }),
  ]);
  const frame = draw({ columns: 160, rows: 44 });
  expect(frame).toContain('of a board');
  expect(stripVTControlCharacters(frame)).toBe(frame);
  expect(frame).not.toContain('\u0007');
});

test('keys reach it through a terminal: order, filter, help', async () => {
  const { view, clock } = grid(25);
  const { stdin, terminal, host } = openStand(view, { columns: 100, rows: 30 });
  onTestFinished(() => host.close());
  clock.nowMs += 1;
  await stdin.press('o', '/', '0', '7');
  expect(await terminal.text()).toMatch(/\/ 07▏ · 1 of 25 .*by name/);
  await stdin.press(keys.enter, '?');
  expect(await terminal.text()).toMatch(/measure again on all boards that gave no result/);
  await stdin.press('?', keys.escape);
  expect(await terminal.text()).toMatch(/── 25 · /);
});
