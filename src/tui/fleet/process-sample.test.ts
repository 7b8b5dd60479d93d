import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProcessSample } from './process-sample.ts';

function batch(t0_ns: number, dt_ns: number[]) {
  return { t0_ns, dt_ns, gap_ns: dt_ns.slice(1).map(() => 0) };
}

test('of a process that is long, the median is that of an even part of it', () => {
  const sample = new ProcessSample();
  const all: number[] = [];
  let at = 0;
  for (let index = 0; index < 500; index += 1) {
    const durations = Array.from(
      { length: 64 },
      (_, k) => 1000 + (((index * 64 + k) * 7919) % 1000),
    );
    sample.add(batch(at, durations));
    at += durations.reduce((sum, each) => sum + each, 0);
    all.push(...durations);
  }
  const middle = all.sort((a, b) => a - b)[all.length / 2] ?? 0;
  expect(Math.abs((sample.median(0) ?? 0) / middle - 1)).toBeLessThan(0.02);
});

test('only what began after the warm-up counts, however the batches are cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 100 }), (cut, warm) => {
      const sample = new ProcessSample();
      // A hundred iterations of 10 ns, of which the first ones are slow in name only: each is its own number.
      const durations = Array.from({ length: 100 }, () => 10);
      sample.add(batch(0, durations.slice(0, cut)));
      sample.add(batch(cut * 10, durations.slice(cut)));
      expect(sample.median(warm * 10)).toBe(warm < 100 ? 10 : null);
    }),
  );
});

test('a slow warm-up is no part of the median', () => {
  const sample = new ProcessSample();
  sample.add(batch(0, [500, 500, 500, 500]));
  sample.add(batch(2000, [10, 11, 12]));
  expect(sample.median(2000)).toBe(11);
  expect(sample.median(1999)).toBe(11);
  expect(sample.median(3000)).toBeNull();
});
