import { expect, test } from 'vitest';
import { exactRanks } from '../../agent/statistics/within-process.ts';
import { percentileMinimum, pooledPercentiles } from './percentiles.ts';

/** Fewest values for which some pair of ranks encloses the q-quantile with 95 %, tails of 2.5 % each. */
function fewest(q: number): number {
  // The largest of n lies below the quantile with probability q^n: that is the upper tail.
  return Math.ceil(Math.log(0.025) / Math.log(q));
}

test('the table of fewest iterations follows from the binomial distribution', () => {
  expect(percentileMinimum).toEqual({
    p90: fewest(0.9),
    p95: fewest(0.95),
    // 367.04 and 3687.03: the interval exists from the next whole number on.
    p99: fewest(0.99),
    p999: fewest(0.999),
  });
  expect(exactRanks(6).low).toBe(1);
});

const uniform = (n: number, offset = 0) =>
  Float64Array.from({ length: n }, (_, i) => ((i * 7919) % n) + 1 + offset);

test('what N does not allow is withheld with its reason, never the maximum', () => {
  const found = pooledPercentiles([uniform(60), uniform(60)], 120, 'seed');
  expect(found.p90.value).toBe(54);
  expect(found.p95.value).toBe(57);
  expect(found.p99).toMatchObject({ value: null, lo: null, reason: 'p99 n/a (N=120 < 368)' });
  expect(found.p999.reason).toBe('p99.9 n/a (N=120 < 3688)');
});

test('many iterations that carry little information are few', () => {
  expect(pooledPercentiles([uniform(5000)], 20, 'seed').p90.value).toBeNull();
});

test('equal processes leave the percentile no doubt, unequal ones do', () => {
  const equal = pooledPercentiles(
    [1, 2, 3, 4].map(() => uniform(1000)),
    4000,
    'seed',
  );
  expect(equal.p99).toMatchObject({ value: 990, lo: 990, hi: 990 });
  const unequal = pooledPercentiles(
    [0, 10, 20, 30].map((shift) => uniform(1000, shift)),
    4000,
    's',
  );
  expect(unequal.p99.lo).toBeLessThan(unequal.p99.value ?? 0);
  expect(unequal.p99.hi).toBeGreaterThan(unequal.p99.value ?? 0);
});

test('the interval depends on the seed alone', () => {
  const parts = [0, 10, 20].map((shift) => uniform(500, shift));
  expect(pooledPercentiles(parts, 1500, 'a')).toEqual(pooledPercentiles(parts, 1500, 'a'));
});

test('one process gives a value without an interval', () => {
  expect(pooledPercentiles([uniform(1000)], 1000, 'seed').p99).toMatchObject({
    value: 990,
    lo: null,
  });
});
