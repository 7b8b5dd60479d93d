import { expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';

function costOf(levels: { readonly on: number; readonly off: number }): string {
  const plan = testPlan([testCell('on'), testCell('off', { isUnwatched: true })]);
  const result = resultOf(blocks(new JournalBuilder(plan), levels, 6).bye());
  return result.warnings
    .filter(({ code }) => code === 'telemetry-cost')
    .map(({ cell, text }) => `${cell}: ${text}`)
    .join();
}

test('an injected cost is found with its interval, and what to do about it', () => {
  expect(costOf({ on: 10.2e6, off: 10e6 })).toMatch(
    /^on: telemetry proc costs \+2\.0\d % of the median \(95 %: \+[12]\.\d+ % to \+2\.\d+ %, 6 blocks\); take --telemetry off/,
  );
});

test('no cost is said as such, without advice', () => {
  expect(costOf({ on: 10e6, off: 10e6 })).toMatch(/costs [+−]0\.0\d % .*6 blocks\)$/);
});
