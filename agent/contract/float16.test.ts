import { expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from './float16.ts';

test('every binary16 pattern that is a number converts there and back', () => {
  for (let bits = 0; bits < 0x10000; bits += 1) {
    const value = fromFloat16(bits);
    if (!Number.isNaN(value)) expect(toFloat16(value)).toBe(bits);
  }
});

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [1.5 * 2 ** -24, 2],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 - 2 ** -12, 0x4000],
])('%d is 0x%i: nearest, ties to even', (value, bits) => {
  expect(toFloat16(value)).toBe(bits);
});
