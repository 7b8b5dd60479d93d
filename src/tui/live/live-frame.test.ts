import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { canvasOf, frameOf, type Look, sizes, terminalLike } from '../../../test/support/frames.ts';
import { liveEvents, liveState } from '../../../test/support/live-run.ts';
import type { Size } from '../frame/layout.ts';
import { type LiveChoices, liveFrame } from './live-frame.ts';
import type { LiveState } from './live-state.ts';

const choices: LiveChoices = { tab: 'cells', windowS: null, isPaused: false };

function live(size: Size, state: LiveState, chosen: Partial<LiveChoices> = {}, look: Look = {}) {
  const frame = liveFrame({
    board: 'orin.local',
    state,
    choices: { ...choices, ...chosen },
    canvas: canvasOf(size, look),
    terminal: terminalLike(look),
  });
  return frameOf(frame, size);
}

const measuring = liveState();
const events = liveEvents();

describe.each(sizes)('at $columns x $rows', (size) => {
  test('a frame fits, whatever the run is at', () => {
    for (const count of [0, 2, 5, 8, 20]) live(size, liveState(events.slice(0, count)));
    for (const tab of ['cells', 'cpu', 'irq', 'notes'] as const) live(size, measuring, { tab });
  });

  test('without Unicode there is nothing but ASCII', () => {
    expect(live(size, measuring, {}, { isUnicode: false })).toMatch(/^[\n -~]*$/);
  });
});

test.each([
  { columns: 40, rows: 10 },
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
  { columns: 200, rows: 50 },
])('the view at $columns x $rows', (size) => {
  expect(live(size, measuring)).toMatchSnapshot();
});

test.each([
  { columns: 80, rows: 24 },
  { columns: 100, rows: 30 },
])('interrupts by CPU at $columns x $rows', (size) => {
  expect(live(size, measuring, { tab: 'irq' })).toMatchSnapshot();
});

test('the smallest terminals get one line', () => {
  expect(live({ columns: 30, rows: 4 }, measuring)).toMatch(/^7\/18 p50 6.40 ms 3 threads\n*$/);
});

test('before the first process the steps are shown', () => {
  const preparing = liveState(events.slice(0, 4));
  expect(live({ columns: 80, rows: 24 }, preparing)).toMatchSnapshot();
});

test('colour adds no meaning: without it the text is the same', () => {
  const size = { columns: 100, rows: 30 };
  const coloured = live(size, measuring, {}, { hasColour: true });
  expect(coloured).toContain('\u001b[');
  // Ink trims blanks at the end of a line only where they have no colour.
  const plain = stripVTControlCharacters(coloured).replace(/ +$/gm, '');
  expect(plain).toBe(live(size, measuring).replace(/ +$/gm, ''));
});

test('a view that is held still says so', () => {
  expect(live({ columns: 80, rows: 24 }, measuring, { isPaused: true })).toContain('PAUSED');
});
