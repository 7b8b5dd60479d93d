import { expect, test } from 'vitest';
import { cellInterval, processesNeeded, processInterval } from './between-processes.ts';

test('the estimate is the geometric mean and the interval is symmetric in logarithms', () => {
  const found = processInterval([90, 100, 110, 100, 100]);
  expect(found?.estimate).toBeCloseTo((90 * 100 * 110 * 100 * 100) ** (1 / 5), 9);
  const { lo = 0, hi = 0, estimate = 0 } = found ?? {};
  expect(estimate / lo).toBeCloseTo(hi / estimate, 12);
  // By hand: sd of the logarithms 0.0710, t(4) 2.776: ± 8.8 %.
  expect(found?.halfWidth).toBeCloseTo(0.0883, 3);
});

test('a spread of 0.4 % gives the half-widths of the planning table', () => {
  const halfWidths = [5, 8, 10, 20].map((k) => {
    // Logarithms with mean 0 and a sample standard deviation of exactly 0.004.
    const raw = Array.from({ length: k }, (_, i) => i - (k - 1) / 2);
    const sd = Math.sqrt(raw.reduce((sum, x) => sum + x * x, 0) / (k - 1));
    return processInterval(raw.map((x) => Math.exp((x / sd) * 0.004)))?.halfWidth ?? 0;
  });
  expect(halfWidths.map((width) => (width * 100).toFixed(2))).toEqual([
    '0.50',
    '0.33',
    '0.29',
    '0.19',
  ]);
});

test('one process or an impossible median allows no interval', () => {
  expect(processInterval([100])).toBeNull();
  expect(processInterval([100, 0])).toBeNull();
  expect(processInterval([100, Number.NaN])).toBeNull();
  expect(processInterval([100, 100])?.halfWidth).toBe(0);
});

/** K medians whose logarithms have a sample standard deviation of exactly `sd`. */
function spread(k: number, sd: number): number[] {
  const raw = Array.from({ length: k }, (_, i) => i - (k - 1) / 2);
  const unit = Math.sqrt(raw.reduce((sum, x) => sum + x * x, 0) / (k - 1));
  return raw.map((x) => 100 * Math.exp((x / unit) * sd));
}

test('a cell is precise where the target holds at the largest spread that is possible', () => {
  // By hand: 1.96 · 0.14 % · √(4 / 0.0716) / √5 = 0.917 %.
  const small = cellInterval(spread(5, 0.0014), 0.01);
  expect(small?.isPrecise).toBe(true);
  expect(small?.halfWidth).toBeCloseTo(0.00917, 5);
  expect(small?.limitHalfWidth).toBeCloseTo(small?.halfWidth ?? 0, 12);
  // t alone would give ±0.31 %; the limit of the spread allows ±1.64 %.
  const middling = cellInterval(spread(5, 0.0025), 0.01);
  expect(middling?.isPrecise).toBe(false);
  expect(middling?.halfWidth).toBeCloseTo(0.01, 9);
  expect(middling?.limitHalfWidth).toBeCloseTo(0.01638, 5);
  // Of twenty the limit is that of 1 %: 1.96 · 1.4 % · √(19 / 7.633) / √20 = 0.968 %; more make it
  // no less strict.
  expect(cellInterval(spread(20, 0.014), 0.01)?.limitHalfWidth).toBeCloseTo(0.00968, 5);
  expect(cellInterval(spread(30, 0.014), 0.01)?.limitHalfWidth).toBeCloseTo(0.007145, 5);
  const large = cellInterval(spread(5, 0.02), 0.01);
  expect(large?.isPrecise).toBe(false);
  expect(large?.halfWidth).toBeCloseTo(processInterval(spread(5, 0.02))?.halfWidth ?? 0, 12);
});

test('fewer than five processes are never precise, however alike', () => {
  expect(cellInterval([100, 100, 100, 100], 0.01)).toMatchObject({
    isPrecise: false,
    limitHalfWidth: Infinity,
  });
  expect(cellInterval([100, 100, 100, 100, 100], 0.01)).toMatchObject({
    isPrecise: true,
    halfWidth: 0,
  });
  expect(cellInterval([100], 0.01)).toBeNull();
});

test('the number of processes that would do makes the cell precise, and one less does not', () => {
  for (const sd of [0.004, 0.008, 0.02]) {
    const needed = processesNeeded(spread(5, sd), 0.01);
    expect(cellInterval(spread(needed, sd), 0.01)?.isPrecise).toBe(true);
    expect(cellInterval(spread(needed - 1, sd), 0.01)?.isPrecise).toBe(false);
  }
  expect(processesNeeded(spread(3, 0.0001), 0.01)).toBe(5);
  expect(processesNeeded(spread(8, 0.0001), 0.01)).toBe(8);
  expect(processesNeeded(spread(5, 0.5), 0.0001)).toBe(Infinity);
});
