import { expect, test } from 'vitest';
import { compareIndependent } from './compare-independent.ts';

test('the interval is that of Welch on the logarithms', () => {
  // By hand: logs 0, ln 1.1 against ln 2, ln 2.2: equal variances, difference ln 2, two degrees of
  // freedom.
  const found = compareIndependent([1, 1.1], [2, 2.2], 0.01);
  const variance = Math.log(1.1) ** 2 / 2;
  const reach = 4.302652729911275 * Math.sqrt(variance);
  expect(found?.ratio).toBeCloseTo(2, 12);
  expect(found?.lo).toBeCloseTo(2 * Math.exp(-reach), 9);
  expect(found?.hi).toBeCloseTo(2 * Math.exp(reach), 9);
  expect(found?.decision).toBe('slower');
  // P(|T| > t) of Student's t with two degrees of freedom is 1 − t / √(t² + 2).
  const t = Math.log(2) / Math.sqrt(variance);
  expect(found?.p).toBeCloseTo(1 - t / Math.sqrt(t ** 2 + 2), 12);
});

test.each([
  ['faster', [10, 10.1, 10.05], [9, 9.1, 9.05]],
  ['slower', [9, 9.1, 9.05], [10, 10.1, 10.05]],
  ['equivalent', [10, 10.001, 10.002], [10.001, 10.002, 10]],
  ['inconclusive', [8, 12, 10], [9, 13, 10]],
] as const)('%s is said when the interval supports it', (decision, before, after) => {
  expect(compareIndependent(before, after, 0.01)?.decision).toBe(decision);
});

test('without any spread p is 1 for equal levels and 0 for others', () => {
  expect(compareIndependent([2, 2], [2, 2], 0.01)).toMatchObject({ p: 1, decision: 'equivalent' });
  expect(compareIndependent([2, 2], [3, 3], 0.01)).toMatchObject({ p: 0, decision: 'slower' });
});

test('one process on a side, or a value that is no latency, gives no comparison', () => {
  expect(compareIndependent([1], [1, 2], 0.01)).toBeNull();
  expect(compareIndependent([1, 0], [1, 2], 0.01)).toBeNull();
});
