import { expect, test } from 'vitest';
import { ChangingTable } from './counted-sources.ts';

const table = (header: string, ...rows: string[]) => [header, ...rows, ''].join('\n');

test('first all that ever counted, then what changed', () => {
  const sources = new ChangingTable();
  const header = '           CPU0       CPU2';
  const silent = ' 20:          0          0     GICv3 202 Level     arm-smmu';
  const eth0 = (n: number) => `301:     ${n}          0       MSI 1074266112 Edge      eth0`;
  const timer = ' 13:         10         20     GICv3  26 Level     arch_timer';
  expect(sources.changes(table(header, timer, silent, eth0(7), 'Err:          0'))).toEqual({
    cpus: [0, 2],
    rows: [
      { id: '13', counts: [10, 20] },
      { id: '301', counts: [7, 0] },
    ],
  });
  expect(sources.changes(table(header, timer, silent, eth0(9))).rows).toEqual([
    { id: '301', counts: [9, 0] },
  ]);
  expect(sources.changes(table(header, timer, silent, eth0(9))).rows).toEqual([]);
});

test('another set of CPUs tells all rows again', () => {
  const sources = new ChangingTable();
  sources.changes(table('  CPU0 CPU1', ' 1: 5 6 x', ' 2: 7 8 y'));
  expect(sources.changes(table('  CPU0', ' 1: 5 x', ' 2: 7 y'))).toEqual({
    cpus: [0],
    rows: [
      { id: '1', counts: [5] },
      { id: '2', counts: [7] },
    ],
  });
});
