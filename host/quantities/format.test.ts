import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, formatInterval, formatNumber, formatPercent } from './format.ts';

test('durations choose their unit and show three figures', () => {
  const shown = [0, 7, 1234, 15_123_456, 999_900, 218_270_000_000, 1_111_361_026_922].map((ns) =>
    formatDuration(ns),
  );
  expect(shown).toEqual(['0 ns', '7.00 ns', '1.23 µs', '15.1 ms', '1.00 ms', '218 s', '1110 s']);
});

test('a wide interval takes figures away', () => {
  expect(formatDuration(15_123_456, 0.006)).toBe('15.1 ms');
  expect(formatDuration(15_123_456, 0.04)).toBe('15.1 ms');
  expect(formatDuration(15_123_456, 0.3)).toBe('15 ms');
  expect(formatDuration(15_123_456, 0.9)).toBe('20 ms');
  expect(formatDuration(15_123_456, Infinity)).toBe('20 ms');
  expect(formatDuration(15_123_456, 0)).toBe('15.1 ms');
});

test('an interval is the duration and its half-width', () => {
  expect(formatInterval(15_123_456, 0.00612)).toBe('15.1 ms ±0.6 %');
  expect(formatInterval(15_123_456, null)).toBe('15.1 ms');
});

test('percentages', () => {
  expect([0, 0.0001, 0.00612, 0.0234, 0.123, 1.5].map(formatPercent)).toEqual([
    '0 %',
    '0.01 %',
    '0.6 %',
    '2.3 %',
    '12 %',
    '150 %',
  ]);
  expect(formatPercent(Number.NaN)).toBe('n/a');
});

test('numbers are never shown in exponent form and round by at most half of the last figure', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (value) => {
      const shown = formatNumber(value);
      expect(shown).toMatch(/^\d+(\.\d+)?$/);
      expect(Math.abs(Number(shown) / value - 1)).toBeLessThanOrEqual(0.00501);
    }),
  );
});
