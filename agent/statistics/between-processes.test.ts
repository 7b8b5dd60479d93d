import { expect, test } from 'vitest';
import { processesNeeded, processInterval } from './between-processes.ts';

test('the estimate is the geometric mean and the interval is symmetric in logarithms', () => {
  const found = processInterval([90, 100, 110, 100, 100]);
  expect(found?.estimate).toBeCloseTo((90 * 100 * 110 * 100 * 100) ** (1 / 5), 9);
  const { lo = 0, hi = 0, estimate = 0 } = found ?? {};
  expect(estimate / lo).toBeCloseTo(hi / estimate, 12);
  // By hand: sd of the logarithms 0.0710, t(4) 2.776: ± 8.8 %.
  expect(found?.halfWidth).toBeCloseTo(0.0883, 3);
});

test('a spread of 0.4 % gives the half-widths of the planning table', () => {
  const halfWidths = [5, 8, 10, 20].map((k) => {
    // Logarithms with mean 0 and a sample standard deviation of exactly 0.004.
    const raw = Array.from({ length: k }, (_, i) => i - (k - 1) / 2);
    const sd = Math.sqrt(raw.reduce((sum, x) => sum + x * x, 0) / (k - 1));
    return processInterval(raw.map((x) => Math.exp((x / sd) * 0.004)))?.halfWidth ?? 0;
  });
  expect(halfWidths.map((width) => (width * 100).toFixed(2))).toEqual([
    '0.50',
    '0.33',
    '0.29',
    '0.19',
  ]);
});

test('one process or an impossible median allows no interval', () => {
  expect(processInterval([100])).toBeNull();
  expect(processInterval([100, 0])).toBeNull();
  expect(processInterval([100, Number.NaN])).toBeNull();
  expect(processInterval([100, 100])?.halfWidth).toBe(0);
});

test('half the width takes four times the processes', () => {
  expect(processesNeeded(8, 0.02, 0.01)).toBe(32);
  expect(processesNeeded(8, 0.005, 0.01)).toBe(8);
});

test('the interval covers the truth about 95 times in 100, whatever the number of processes', () => {
  let state = 11;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  for (const k of [3, 5, 8]) {
    let hits = 0;
    for (let trial = 0; trial < 1000; trial += 1) {
      const medians = Array.from({ length: k }, () => 100 * Math.exp(0.004 * normal()));
      const { lo = 0, hi = 0 } = processInterval(medians) ?? {};
      if (lo <= 100 && hi >= 100) hits += 1;
    }
    expect(hits / 1000).toBeGreaterThan(0.93);
    expect(hits / 1000).toBeLessThan(0.97);
  }
});
