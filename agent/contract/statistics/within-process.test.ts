import { expect, test } from 'vitest';
import { exactRanks, medianInterval } from './within-process.ts';

/** Deterministic uniform numbers: a test must not pass by luck. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

function autoregressive(n: number, phi: number, random: () => number): Float64Array {
  let x = normal(random) / Math.sqrt(1 - phi * phi);
  return Float64Array.from({ length: n }, () => {
    x = phi * x + normal(random);
    return 100 + x;
  });
}

test('exact ranks around the median', () => {
  expect(exactRanks(100)).toEqual({ low: 40, high: 61 });
  expect(exactRanks(6)).toEqual({ low: 1, high: 6 });
  expect(exactRanks(5).low).toBe(0);
});

test('a hundred independent values use the ranks 40 and 61', () => {
  // Above and below the median by turns: no positive autocorrelation, so every value counts.
  const values = Float64Array.from({ length: 100 }, (_, i) =>
    i % 2 === 0 ? 51 + i / 2 : 50 - (i - 1) / 2,
  );
  const found = medianInterval(values);
  expect(found).toMatchObject({ median: 50.5, lo: 40, hi: 61, tau: 1, nEff: 100 });
  expect(found.halfWidth).toBeCloseTo(21 / 2 / 50.5, 12);
});

test('fewer than six values allow no interval', () => {
  const found = medianInterval(Float64Array.from([5, 1, 4, 2, 3]));
  expect(found).toMatchObject({ median: 3, lo: 0, hi: Infinity, halfWidth: Infinity });
  expect(medianInterval(new Float64Array(0)).median).toBeNaN();
});

test('a constant series is exact', () => {
  const found = medianInterval(new Float64Array(50).fill(7));
  expect(found).toMatchObject({ median: 7, lo: 7, hi: 7, halfWidth: 0, tau: 1 });
});

test('autocorrelation lowers the effective sample size as theory says', () => {
  const random = uniform(7);
  const found = medianInterval(autoregressive(5000, 0.5, random));
  // The indicator of AR(1) has ρ_k = (2/π) asin(φ^k): τ = 2.2 for φ = 0.5.
  expect(found.tau).toBeGreaterThan(1.8);
  expect(found.tau).toBeLessThan(2.7);
  expect(found.nEff).toBeCloseTo(5000 / found.tau, 9);
});

test('the interval covers the true median about 95 times in 100, also with autocorrelation', () => {
  const random = uniform(42);
  const coverage = (phi: number) => {
    let hits = 0;
    for (let trial = 0; trial < 300; trial += 1) {
      const { lo, hi } = medianInterval(autoregressive(300, phi, random));
      if (lo <= 100 && hi >= 100) hits += 1;
    }
    return hits / 300;
  };
  expect(coverage(0)).toBeGreaterThan(0.92);
  expect(coverage(0.5)).toBeGreaterThan(0.9);
});
