import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { canvasOf, frameOf, type Look, sizes, terminalLike } from '../../../test/support/frames.ts';
import { liveEvents, liveState } from '../../../test/support/live-run.ts';
import type { Size } from '../frame/layout.ts';
import { type LiveChoices, liveFrame } from './live-frame.ts';
import { detailOf, type LiveState } from './live-state.ts';

const choices: LiveChoices = { tab: 'cells', windowS: null, isPaused: false, metricsFrom: null };

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
    for (const metricsFrom of [0, 7, 1000]) live(size, measuring, { metricsFrom });
  });

  test('without Unicode there is nothing but ASCII', () => {
    for (const metricsFrom of [null, 0]) {
      const plain = live(size, measuring, { metricsFrom }, { isUnicode: false });
      expect(plain).toMatch(/^[\n -~]*$/);
    }
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

test.each([
  { columns: 80, rows: 24 },
  { columns: 160, rows: 44 },
])('all of mpstat at $columns x $rows', (size) => {
  expect(live(size, measuring, { metricsFrom: 0 })).toMatchSnapshot();
});

test('every CPU and every source can be scrolled to', () => {
  const shown = Array.from({ length: 60 }, (_, metricsFrom) =>
    live({ columns: 80, rows: 24 }, measuring, { metricsFrom }),
  ).join('\n');
  for (const { name } of detailOf(measuring).irq.rates) expect(shown).toContain(name.slice(0, 24));
  expect(shown).toMatch(/usr +nice +sys +iow +irq +soft +stl +gst +gnc +idle/);
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
