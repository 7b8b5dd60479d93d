import { describe, expect, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';
import type { Result } from './result/result.ts';

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
    /^on: telemetry proc each second costs \+2\.0\d % of the median \(95 %: \+[12]\.\d+ % to \+2\.\d+ %\), 6 blocks; take --telemetry off/,
  );
});

test('no cost is said as such, without advice', () => {
  expect(costOf({ on: 10e6, off: 10e6 })).toMatch(/costs [+−]0\.0\d % .*6 blocks$/);
});

describe('a cost that is certainly too much', () => {
  /** Checks of so many cells whose costs vary around +1.2 %, alike in each. */
  const varying = (count: number) => {
    const cells = Array.from({ length: count }, (_, at) => [
      testCell(`on${at}`, { threads: at + 1 }),
      testCell(`off${at}`, { threads: at + 1, isUnwatched: true }),
    ]).flat();
    const levels = Object.fromEntries(cells.map(({ id }) => [id, 10e6]));
    const factors = [1.006, 1.018, 1.009, 1.015, 1.005, 1.019];
    return resultOf(
      blocks(new JournalBuilder(testPlan(cells)), levels, factors.length, (block, cell) => ({
        durations_ns: around(10e6 * (cell.startsWith('on') ? (factors[block] ?? 1) : 1), 400),
        warmUp: 0,
      })).bye(),
    );
  };
  const advised = (result: Result) =>
    result.warnings.some(
      ({ code, text }) => code === 'telemetry-cost' && text.includes('--telemetry off'),
    );
  const intervalOf = (result: Result) =>
    /95 %: \+([\d.]+) % to/.exec(
      result.warnings.find(({ code }) => code === 'telemetry-cost')?.text ?? '',
    )?.[1];

  test('is certain of one cell, not of many', () => {
    const [one, many] = [varying(1), varying(8)];
    // The interval that is told is of one cell, wherever it stands.
    expect(Number(intervalOf(one))).toBeGreaterThan(0.5);
    expect(Number(intervalOf(many))).toBeCloseTo(Number(intervalOf(one)), 1);
    expect(advised(one)).toBe(true);
    expect(advised(many)).toBe(false);
  });

  test('is not certain where the interval reaches below half a percent', () => {
    const cells = [testCell('on'), testCell('off', { isUnwatched: true })];
    const factors = [1.002, 1.01, 1.003, 1.009, 1.004, 1.008];
    const result = resultOf(
      blocks(new JournalBuilder(testPlan(cells)), { on: 10e6, off: 10e6 }, 6, (block, cell) => ({
        durations_ns: around(10e6 * (cell === 'on' ? (factors[block] ?? 1) : 1), 400),
        warmUp: 0,
      })).bye(),
    );
    const lowest = Number(intervalOf(result));
    expect(lowest).toBeGreaterThan(0);
    expect(lowest).toBeLessThan(0.5);
    expect(advised(result)).toBe(false);
  });
});
