import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EmulatedTerminal } from '../../../test/support/screen-stand.ts';
import { Screen } from './screen.ts';

const filled = (lines: readonly string[], rows: number) =>
  Array.from({ length: rows }, (_, row) => lines[row] ?? '');

test('after any frames and sizes the terminal shows the last frame, cut to its rows', async () => {
  const line = fc.stringMatching(/^[a-z█░⣿·]{0,20}$/);
  const step = fc.record({
    frame: fc.array(line, { minLength: 1, maxLength: 12 }),
    rows: fc.integer({ min: 2, max: 10 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const terminal = new EmulatedTerminal(24, 8);
      const screen = new Screen(terminal);
      screen.enter();
      for (const { frame, rows } of steps) {
        if (rows !== terminal.rows) terminal.resize(24, rows);
        screen.show(frame);
        expect(await terminal.lines()).toEqual(filled(frame, terminal.rows));
      }
      screen.leave();
    }),
    { numRuns: 60 },
  );
});

test('only lines that changed are written, within one synchronized update', () => {
  const terminal = new EmulatedTerminal(20, 5);
  const screen = new Screen(terminal);
  screen.enter();
  screen.write('one\ntwo\nthree');
  terminal.written = '';
  screen.write('one\n2\nthree');
  expect(terminal.written).toBe('\u001b[?2026h\u001b[2;1H2\u001b[0m\u001b[K\u001b[?2026l');
  terminal.written = '';
  screen.write('one\n2\nthree');
  expect(terminal.written).toBe('');
  screen.leave();
});

test('the main screen, its text and the cursor come back, also after leaving twice', async () => {
  const terminal = new EmulatedTerminal(20, 5);
  terminal.write('before\n');
  const screen = new Screen(terminal);
  screen.enter();
  screen.write('x\n'.repeat(9));
  expect(await terminal.isAlternate()).toBe(true);
  screen.leave();
  screen.leave();
  expect(await terminal.lines()).toEqual(['before', '', '', '', '']);
  expect(await terminal.isAlternate()).toBe(false);
  expect(terminal.written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(
    terminal.written.lastIndexOf('\u001b[?25l'),
  );
});

test('nothing is written while the screen is left, and all of it again after it was entered', async () => {
  const terminal = new EmulatedTerminal(20, 5);
  const screen = new Screen(terminal);
  screen.enter();
  screen.write('first');
  screen.leave();
  terminal.written = '';
  screen.write('second');
  expect(terminal.written).toBe('');
  screen.enter();
  expect((await terminal.lines())[0]).toBe('second');
  screen.leave();
});
