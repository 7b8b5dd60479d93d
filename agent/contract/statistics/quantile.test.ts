import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, medianOfSorted, quantileOfSorted, sorted } from './quantile.ts';

test('the median of an even count is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([])).toBeNaN();
});

test('a quantile is the value at the nearest rank', () => {
  const ten = Array.from({ length: 10 }, (_, i) => i + 1);
  expect([0.05, 0.1, 0.5, 0.9, 0.91, 0.99, 1].map((q) => quantileOfSorted(ten, q))).toEqual([
    1, 1, 5, 9, 10, 10, 10,
  ]);
  expect(quantileOfSorted([], 0.9)).toBeNaN();
});

test('at least the share q lies at or below the quantile, and less below it', () => {
  const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 99 }), (values, percent) => {
      const value = quantileOfSorted(sorted(values), percent / 100);
      const atOrBelow = values.filter((other) => other <= value).length;
      const below = values.filter((other) => other < value).length;
      expect(atOrBelow * 100).toBeGreaterThanOrEqual(percent * values.length);
      expect(below * 100).toBeLessThan(percent * values.length);
    }),
  );
});

test('sorting leaves the values where they were', () => {
  const values = Float64Array.from([3, 1, 2]);
  expect(medianOfSorted(sorted(values))).toBe(2);
  expect([...values]).toEqual([3, 1, 2]);
});
