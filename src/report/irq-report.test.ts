import { readFileSync } from 'node:fs';
import { Chalk } from 'chalk';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { analyseDump } from '../../host/irq/analyse-dump.ts';
import { findingsOf } from '../../host/irq/findings.ts';
import { parseCounterTable } from '../../host/telemetry/counter-table.ts';
import { heatRow, heatTitle } from '../terminal/heat-map.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { irqReport } from './irq-report.ts';

const table = (name: string) =>
  parseCounterTable(
    readFileSync(new URL(`../../test/fixtures/proc/${name}`, import.meta.url), 'utf8'),
  );
const terminal = (isUnicode: boolean, columns: number): Terminal => ({
  stream: process.stdout,
  isInteractive: false,
  isUnicode,
  colour: new Chalk({ level: 0 }),
  columns: () => columns,
});
const report = (isUnicode: boolean, columns: number) => {
  const analysis = analyseDump({
    interrupts: table('orin-interrupts.txt'),
    softirqs: table('orin-softirqs.txt'),
    before: null,
  });
  return irqReport(analysis, findingsOf(analysis), terminal(isUnicode, columns));
};

test.each([80, 100, 200])('fits into %i columns, with a heat map of all CPUs', (columns) => {
  const lines = report(true, columns).split('\n');
  expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
  const mmc1 = lines.find((line) => / mmc1 +54,311,800/.test(line));
  expect(mmc1?.endsWith('██')).toBe(true);
  expect(lines.find((line) => line.startsWith('  TIMER '))).toMatch(/░░ ▒▒ ░░ ░░ ░░ ░░$/);
  expect(lines.join(' ')).toMatch(/NET_RX +39,143,967 .*CPU0 99\.99 %/);
});

test('without Unicode there is nothing beyond ASCII', () => {
  const text = report(false, 80);
  expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  expect(text).toMatch(/ mmc1 +54,311,800 .*##$/m);
});

test('a cell for each CPU, as wide as there is room', () => {
  const even = (cpus: number) => ({
    total: cpus,
    perCpu: Array.from({ length: cpus }, () => 1),
    imbalance: 1,
    busiest: null,
  });
  const cpus = (count: number) => Array.from({ length: count }, (_, cpu) => cpu);
  expect(heatRow(even(2), true)).toBe('▓▓ ▓▓');
  expect(heatTitle(cpus(12))).toBe('0  1  2  3  4  5  6  7  8  9  10 11');
  expect(heatRow(even(24), true)).toBe('░'.repeat(24));
  expect(heatTitle(cpus(24))).toHaveLength(24);
  expect(heatRow(even(64), true)).toBeNull();
});
