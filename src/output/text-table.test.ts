import { Chalk } from 'chalk';
import { expect, test } from 'vitest';
import { cut } from './live-region.ts';
import { formatElapsed } from './quantities.ts';
import { textTable } from './text-table.ts';

test('columns align whatever the colours, and empty ones disappear', () => {
  const { red } = new Chalk({ level: 1 });
  const table = textTable(
    [
      { title: 'cell', align: 'left' },
      { title: 'ms', align: 'right' },
      { title: 'unused', align: 'left' },
    ],
    [
      ['one', red('1.0'), ''],
      ['eleven', '11.25', ''],
    ],
  );
  expect(table).toEqual(['  cell       ms', `  one       ${red('1.0')}`, '  eleven  11.25']);
});

test('a line is cut to the width of the terminal, wide characters counted as two', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdefg', 6)).toBe('abcde…');
  expect(cut('漢字漢字', 6)).toBe('漢字…');
});

test('quantities carry few figures and a unit', () => {
  expect([400, 12_000, 185_000, 3_729_000].map(formatElapsed)).toEqual([
    '0.4 s',
    '12 s',
    '3:05',
    '1:02:09',
  ]);
});
