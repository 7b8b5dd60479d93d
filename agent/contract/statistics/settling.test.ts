import { expect, test } from 'vitest';
import { settledAfterMs } from './settling.ts';

/** Iterations of 1 ms for `seconds`, times what `factor` says of each moment. */
function series(seconds: number, factor: (s: number) => number): Float64Array {
  return Float64Array.from({ length: seconds * 1000 }, (_, i) => 1e6 * factor(i / 1000));
}

test('a level that is left after four seconds is settled then', () => {
  const found = settledAfterMs(series(6, (s) => (s < 4 ? 1.05 : 1)));
  expect(found).toBeGreaterThan(4000);
  expect(found).toBeLessThan(4800);
});

test('one level, steps below a percent and single slow moments need no settling', () => {
  expect(settledAfterMs(series(6, () => 1))).toBe(0);
  expect(settledAfterMs(series(6, (s) => (s < 4 ? 1.008 : 1)))).toBe(0);
  expect(settledAfterMs(series(6, (s) => (s > 3 && s < 3.4 ? 1.5 : 1)))).toBe(0);
});

test('too short a series, or none, tells nothing', () => {
  expect(settledAfterMs(series(1, (s) => 2 - s))).toBe(0);
  expect(settledAfterMs(new Float64Array(0))).toBe(0);
});
