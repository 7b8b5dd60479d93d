import { Chalk } from 'chalk';
import { expect, test } from 'vitest';
import { formatElapsed } from '../words/quantities.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

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

test('a table that is too wide loses its droppable columns, the highest number first', () => {
  const columns = [
    { title: 'cell', align: 'left' },
    { title: 'p90', align: 'right', dropOrder: 1 },
    { title: 'max', align: 'right', dropOrder: 2 },
  ] as const;
  const rows = [['one', '1.25 ms', '1.50 ms']];
  expect(textTable(columns, rows, 24)[1]).toBe('  one   1.25 ms  1.50 ms');
  expect(textTable(columns, rows, 23)[1]).toBe('  one   1.25 ms');
  expect(textTable(columns, rows, 5)[1]).toBe('  one');
});

test('text is wrapped at spaces, continuation lines further in', () => {
  expect(wrapText('  one two three four', 12)).toBe('  one two\n    three\n    four');
  expect(wrapText('short', 12)).toBe('short');
  expect(wrapText('unbounded line', Number.POSITIVE_INFINITY)).toBe('unbounded line');
});

test('quantities carry few figures and a unit', () => {
  expect([400, 12_000, 185_000, 3_729_000].map(formatElapsed)).toEqual([
    '0.4 s',
    '12 s',
    '3:05',
    '1:02:09',
  ]);
});
