import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { ProcessSample } from './process-sample.ts';

function medianOf(durations_ns: readonly number[]): number | null {
  return durations_ns.length === 0 ? null : median(durations_ns);
}

function batch(t0_ns: number, dt_ns: number[]) {
  return { t0_ns, dt_ns, gap_ns: dt_ns.slice(1).map(() => 0) };
}

test('of a process that is long, the median is that of an even part of it', () => {
  let sample = ProcessSample.empty(2048);
  const all: number[] = [];
  let at = 0;
  for (let index = 0; index < 500; index += 1) {
    const durations = Array.from(
      { length: 64 },
      (_, k) => 1000 + (((index * 64 + k) * 7919) % 1000),
    );
    sample = sample.with(batch(at, durations));
    at += durations.reduce((sum, each) => sum + each, 0);
    all.push(...durations);
  }
  const middle = all.sort((a, b) => a - b)[all.length / 2] ?? 0;
  expect(Math.abs((medianOf(sample.since(0)) ?? 0) / middle - 1)).toBeLessThan(0.02);
});

test('only what began after the warm-up counts, however the batches are cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 100 }), (cut, warm) => {
      let sample = ProcessSample.empty(2048);
      // A hundred iterations of 10 ns, of which the first ones are slow in name only: each is its
      // own number.
      const durations = Array.from({ length: 100 }, () => 10);
      sample = sample.with(batch(0, durations.slice(0, cut)));
      sample = sample.with(batch(cut * 10, durations.slice(cut)));
      expect(medianOf(sample.since(warm * 10))).toBe(warm < 100 ? 10 : null);
    }),
  );
});

test('a slow warm-up is no part of the median', () => {
  let sample = ProcessSample.empty(2048);
  sample = sample.with(batch(0, [500, 500, 500, 500]));
  sample = sample.with(batch(2000, [10, 11, 12]));
  expect(medianOf(sample.since(2000))).toBe(11);
  expect(medianOf(sample.since(1999))).toBe(11);
  expect(medianOf(sample.since(3000))).toBeNull();
});

test('a sample stays what it was when others follow it', () => {
  const first = ProcessSample.empty(4).with(batch(0, [1, 2]));
  const [one, other] = [first.with(batch(3, [3, 4])), first.with(batch(3, [5, 6]))];
  const thinned = one.with(batch(10, [7, 8]));
  expect(first.since(0)).toEqual([1, 2]);
  expect(one.since(0)).toEqual([1, 2, 3, 4]);
  expect(other.since(0)).toEqual([1, 2, 5, 6]);
  expect(thinned.since(0)).toEqual([1, 3, 7]);
  expect(one.after(1)).toEqual([2, 3, 4]);
  expect(thinned.after(1)).toEqual([3, 7]);
});
