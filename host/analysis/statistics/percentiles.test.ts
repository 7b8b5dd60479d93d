import { expect, test } from 'vitest';
import { percentileMinimum, percentileOfSorted, processPercentiles } from './percentiles.ts';

const uniform = (n: number, offset = 0) => ({
  values: Float64Array.from({ length: n }, (_, i) => ((i * 7919) % n) + 1 + offset),
  nEff: n,
});

test('the least numbers of iterations leave one and a half beyond the percentile', () => {
  const quantiles = { p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const;
  for (const name of ['p90', 'p95', 'p99', 'p999'] as const) {
    expect(percentileMinimum[name] * (1 - quantiles[name])).toBeCloseTo(1.5, 9);
  }
});

test('the quantile lies between the ranks of type 8', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  expect(percentileOfSorted(hundred, 0.9)).toBeCloseTo((100 + 1 / 3) * 0.9 + 1 / 3, 9);
  expect(percentileOfSorted(hundred, 0.5)).toBeCloseTo(50.5, 9);
  expect(percentileOfSorted(hundred, 0.9999)).toBe(100);
  expect(percentileOfSorted([7], 0.9)).toBe(7);
  expect(percentileOfSorted([], 0.9)).toBeNaN();
});

test('what N does not allow is withheld with its reason, never the maximum', () => {
  const found = processPercentiles([uniform(120), uniform(120)]);
  expect(found.p90.value).toBeCloseTo(108.63, 2);
  expect(found.p99).toMatchObject({ value: null, lo: null, reason: 'p99 n/a (N=120 < 150)' });
  expect(found.p999.reason).toBe('p99.9 n/a (N=120 < 1500)');
  expect(processPercentiles([]).p90.reason).toBe('p90 n/a (N=0 < 15)');
});

test('many iterations that carry little information are few', () => {
  expect(processPercentiles([{ ...uniform(5000), nEff: 10 }]).p90.value).toBeNull();
});

test('processes with too few iterations do not enter, unless they are most', () => {
  const few = { ...uniform(1000, 5000), nEff: 20 };
  const two = processPercentiles([uniform(1000), uniform(1000), few]);
  expect(two.p99.value).toBeCloseTo(990.66, 2);
  expect(processPercentiles([uniform(1000), few, few]).p99.value).toBeNull();
});

test('equal processes leave the percentile no doubt, unequal ones do', () => {
  const equal = processPercentiles([1, 2, 3, 4].map(() => uniform(1000)));
  expect(equal.p99.lo).toBeCloseTo(equal.p99.value ?? 0, 9);
  const unequal = processPercentiles([0, 10, 20, 30].map((shift) => uniform(1000, shift)));
  expect(unequal.p99.lo).toBeLessThan(unequal.p99.value ?? 0);
  expect(unequal.p99.hi).toBeGreaterThan(unequal.p99.value ?? 0);
});

test('processes that are just long enough give a value without an interval', () => {
  const { p99 } = processPercentiles([uniform(200), uniform(200, 5)]);
  expect(p99.value).toBeGreaterThan(190);
  expect(p99.lo).toBeNull();
});

test('one process gives a value without an interval', () => {
  const { p99 } = processPercentiles([uniform(1000)]);
  expect(p99.value).toBeCloseTo(990.66, 2);
  expect(p99.lo).toBeNull();
});
