import { expect, test } from 'vitest';
import { studentTQuantile, studentTTwoSided } from './student-t.ts';

// Published tables (NIST/SEMATECH e-Handbook 1.3.6.7.2), three decimals; the df = 1 column has a
// closed form.
test.each([
  [0.975, 1, 12.706],
  [0.975, 2, 4.303],
  [0.975, 4, 2.776],
  [0.975, 7, 2.365],
  [0.975, 9, 2.262],
  [0.975, 19, 2.093],
  [0.975, 100, 1.984],
  [0.995, 7, 3.499],
  [0.9, 3, 1.638],
])('t quantile of %s with %i degrees is %s', (p, degrees, expected) => {
  expect(studentTQuantile(p, degrees)).toBeCloseTo(expected, 3);
});

test('one degree of freedom is the Cauchy distribution', () => {
  for (const p of [0.6, 0.9, 0.975, 0.9995]) {
    const exact = Math.tan(Math.PI * (p - 0.5));
    expect(studentTQuantile(p, 1) / exact).toBeCloseTo(1, 10);
  }
});

test('many degrees of freedom approach the normal distribution', () => {
  expect(studentTQuantile(0.975, 1e7)).toBeCloseTo(1.959963984540054, 6);
});

test('the p-value undoes the quantile, and the lower half mirrors the upper', () => {
  for (const degrees of [1, 2, 5, 30, 400]) {
    expect(studentTTwoSided(studentTQuantile(0.975, degrees), degrees)).toBeCloseTo(0.05, 10);
    expect(studentTQuantile(0.025, degrees)).toBe(-studentTQuantile(0.975, degrees));
  }
  expect(studentTQuantile(0.5, 3)).toBe(0);
  expect(studentTTwoSided(0, 3)).toBeCloseTo(1, 12);
});
