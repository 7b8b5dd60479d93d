import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFloat16, toFloat16, toFloat16Array } from './float16.ts';

test('every binary16 pattern that is a number converts there and back', () => {
  for (let bits = 0; bits < 0x10000; bits += 1) {
    const value = fromFloat16(bits);
    if (!Number.isNaN(value)) expect(toFloat16(value)).toBe(bits);
  }
});

test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65519.996, 0x7bff],
  [65520, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [2 ** -14, 0x0400],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [2 ** -25 * 1.001, 1],
  [1 / 3, 0x3555],
  [1 + 2 ** -11 + 2 ** -40, 0x3c01],
  [1 + 3 * 2 ** -11 - 2 ** -40, 0x3c01],
  [1e300, 0x7c00],
  [-1e-300, 0x8000],
  [1.5 * 2 ** -24, 2],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 - 2 ** -12, 0x4000],
])('%d is 0x%i: nearest, ties to even', (value, bits) => {
  expect(toFloat16(value)).toBe(bits);
});

test('what is no number stays none', () => {
  expect(fromFloat16(toFloat16(Number.NaN))).toBeNaN();
});

test.each([
  ['binary32', fc.float({ min: -65000, max: 65000, noNaN: true })],
  ['binary64', fc.double({ min: -65000, max: 65000, noNaN: true })],
])('rounding of a %s goes to the nearest half, ties to the even one', (_, inRange) => {
  fc.assert(
    fc.property(inRange, (value) => {
      const [bits = -1] = toFloat16Array([value]);
      const error = Math.abs(fromFloat16(bits) - value);
      // The neighbours' patterns are one more and one less; zero has none below.
      for (const neighbour of [bits + 1, bits & 0x7fff ? bits - 1 : bits + 1]) {
        const other = Math.abs(fromFloat16(neighbour) - value);
        if (Number.isNaN(other)) continue;
        expect(error).toBeLessThanOrEqual(other);
        if (error === other && neighbour !== bits) expect(bits & 1).toBe(0);
      }
    }),
  );
});
