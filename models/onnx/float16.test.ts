import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from './float16.ts';

const half = (value: number) => toFloat16(Float32Array.of(value))[0] ?? -1;

test('known bit patterns', () => {
  const patterns: readonly (readonly [number, number])[] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [-Infinity, 0xfc00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.001, 0x0001],
    [1 / 3, 0x3555],
  ];
  for (const [value, bits] of patterns) expect([value, half(value)]).toEqual([value, bits]);
  expect(fromFloat16(half(Number.NaN))).toBeNaN();
});

test('every half survives the way to a number and back', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromFloat16(bits);
    if (!Number.isNaN(value) && half(value) !== bits) expect(half(value)).toBe(bits);
  }
});

test('rounding goes to the nearest half, ties to the even one', () => {
  const inRange = fc.float({ min: -65000, max: 65000, noNaN: true });
  fc.assert(
    fc.property(inRange, (value) => {
      const bits = half(value);
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
