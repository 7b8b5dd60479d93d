import { Chalk } from 'chalk';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { gpuRun } from '../../test/support/gpu-run.ts';
import { resultOf } from '../../test/support/journal-runs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { resultReport } from './result-report.ts';
import { resultTable, timedLines } from './result-table.ts';

const terminal = (columns: number, isUnicode = true): Terminal => ({
  stream: process.stdout,
  isInteractive: false,
  isUnicode,
  colour: new Chalk({ level: 0 }),
  columns: () => columns,
});
const result = resultOf(gpuRun());
const tableAt = (columns: number, isUnicode = true) =>
  resultTable(result.cells, result, terminal(columns, isUnicode));

describe.each([80, 100, 120, 200])(
  'rows of the CPU, of the C API and of trtexec at %d columns',
  (columns) => {
    test.each([true, false])('are one line each, with Unicode (%s)', (isUnicode) => {
      const table = tableAt(columns, isUnicode);
      expect(table).toHaveLength(5);
      for (const line of table) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      expect(table.slice(1).every((line) => /VALID$/.test(line))).toBe(true);
      const report = resultReport(result, 'orin', terminal(columns, isUnicode)).split('\n');
      for (const line of table) expect(report).toContain(line);
    });
  },
);

test('where it ran and what was timed is told in the words that there is room for', () => {
  const [narrow, wide] = [tableAt(80).join('\n'), tableAt(200).join('\n')];
  expect(narrow).toMatch(/37\/49 on CUDA .*\n.* GPU h2d…d2h /);
  expect(wide).toContain('37/49 nodes on CUDA, 12 elsewhere (3 islands, 6 copies)');
  expect(wide).toContain('GPU: h2d+compute+d2h');
});

test('building the engine has a column of its own, and a line says that it is in no latency', () => {
  expect(tableAt(200)[0]).toContain('  build  ');
  expect(tableAt(100).at(-1)).toMatch(/^ {2}trtexec .* 48\.2 s /);
  expect(timedLines(result.cells)).toEqual([
    '  trtexec times h2d+compute+d2h of a query, the other rows a call; building its engine is in neither',
    '',
  ]);
  const plain = resultOf(gpuRun(['ort', 'ort-capi']));
  expect(timedLines(plain.cells)).toEqual([]);
  expect(resultTable(plain.cells, plain, terminal(200))[0]).not.toContain('build');
});
