import { expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { readJournal } from '../journal/journal.ts';
import { resultFromJournal } from './compute.ts';
import { harnessShareText } from './harness-share.ts';

const iterations = (ns: number) =>
  Array.from({ length: 400 }, (_, i) => Math.round(ns * (1 + 0.001 * (i % 7))));

/**
 * Five blocks of the same model through both engines, and the null model; `ns` of a block by cell.
 */
function resultOf(ns: Readonly<Record<string, (block: number) => number>>, release = '1.30.0') {
  const cells = [
    testCell('ort'),
    testCell('capi', { engine: 'ort-capi' }),
    testCell('null', { purpose: 'calibration', model: 'null' }),
  ];
  const journal = new JournalBuilder(testPlan(cells));
  for (let block = 0; block < 5; block += 1) {
    for (const { id } of cells) {
      const duration_ns = ns[id]?.(block) ?? 1e6;
      journal.process({
        cell: id,
        block,
        durations_ns: iterations(duration_ns),
        ortVersion: id === 'capi' ? release : '1.30.0',
      });
    }
  }
  const result = resultFromJournal(readJournal(journal.bye().bytes()));
  return result.cells.find(({ cell }) => cell === 'ort')?.overhead ?? null;
}

/** Each block on a level of its own, which both engines share. */
const uneasy = (ns: number) => (block: number) => ns * ([1, 1.01, 0.995, 1.01, 1][block] ?? 1);

test('beside a model the call is measured on the model itself, paired by block', () => {
  const overhead = resultOf({ ort: uneasy(2.1e6), capi: uneasy(2e6), null: () => 5e3 });
  expect(overhead?.share).toBeLessThan(0.003);
  expect(overhead?.on_model).toMatchObject({ cell: 'capi', blocks: 5 });
  // What changes from block to block is in both: 1 - 2 / 2.1.
  expect(overhead?.on_model?.share).toBeCloseTo(0.0476, 2);
  expect(overhead?.on_model?.lo).toBeGreaterThan(0.03);
  expect(overhead && harnessShareText(overhead)).toMatch(/^[3-5].* %$/);
});

test('noise between the engines leaves the null model as the lower end', () => {
  const uneven = (block: number) => 2e6 * (1 + 0.05 * (block % 2));
  const overhead = resultOf({ ort: () => 2.05e6, capi: uneven, null: () => 5e3 });
  expect(overhead?.on_model?.lo).toBeLessThan(0);
  expect(overhead && harnessShareText(overhead)).toMatch(/^0\.2 to \d/);
});

test('without the other engine, or with another release of it, it is a lower bound', () => {
  const overhead = resultOf({ ort: () => 2.1e6, capi: () => 2e6, null: () => 5e3 }, '1.29.0');
  expect(overhead?.on_model).toBeNull();
  expect(overhead && harnessShareText(overhead)).toBe('≥ 0.2 %');
});
