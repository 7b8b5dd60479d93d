import { expect, test } from 'vitest';
import { chiSquareQuantile } from './chi-square.ts';

// Published tables (NIST/SEMATECH e-Handbook 1.3.6.7.4), three decimals.
test.each([
  [0.01, 1, 0.0002],
  [0.01, 2, 0.0201],
  [0.01, 4, 0.297],
  [0.01, 7, 1.239],
  [0.01, 19, 7.633],
  [0.05, 7, 2.167],
  [0.95, 10, 18.307],
  [0.99, 100, 135.807],
])('chi-square quantile of %s with %i degrees is %s', (p, degrees, expected) => {
  expect(chiSquareQuantile(p, degrees)).toBeCloseTo(expected, 3);
});

test('two degrees of freedom are an exponential distribution', () => {
  for (const p of [0.001, 0.5, 0.999]) {
    expect(chiSquareQuantile(p, 2)).toBeCloseTo(-2 * Math.log(1 - p), 10);
  }
});
