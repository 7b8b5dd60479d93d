import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import { resultFromJournal } from '../../host/analysis/compute.ts';
import type { Result } from '../../host/analysis/result/result.ts';
import { readJournal } from '../../host/journal/journal.ts';
import { around, type JournalBuilder, type TestProcess } from './journal-builder.ts';

export const resultOf = (builder: JournalBuilder): Result =>
  resultFromJournal(readJournal(builder.bytes()));
export const cellOf = (result: Result, id = 'a') => {
  const cell = result.cells.find((one) => one.cell === id);
  if (cell === undefined) throw new Error(`no cell ${id}`);
  return cell;
};

/** Blocks of one process for each cell, around a level that a cell has. */
export function blocks(
  builder: JournalBuilder,
  levels: Readonly<Record<string, number>>,
  count: number,
  parts: (block: number, cell: string) => Partial<TestProcess> = () => ({}),
): JournalBuilder {
  for (let block = 0; block < count; block += 1) {
    for (const [cell, level] of Object.entries(levels)) {
      const drift = 1 + 0.001 * ((block % 3) - 1);
      builder.process({
        cell,
        block,
        durations_ns: [Math.round(level * 3), ...around(level * drift, 400, 0.02, block)],
        warmUp: 20,
        ...parts(block, cell),
      });
    }
  }
  return builder;
}

export const tensor = (
  values: readonly (number | null)[],
  sha: string,
): EventOf<'output'>['outputs'] => [
  {
    name: cleanLine('logits'),
    dtype: 'float32',
    shape: [1, values.length],
    sha256: cleanLine(sha.padEnd(64, '0')),
    nonFinite: values.filter((value) => value === null).length,
    stride: 1,
    values: [...values],
    top1: [values.indexOf(Math.max(...values.map((value) => value ?? -Infinity)))],
  },
];
