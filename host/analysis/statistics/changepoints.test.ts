import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changepoints, gaussianCost, MIN_SEGMENT } from './changepoints.ts';
import { seededRandom } from './seeded-random.ts';

function noise(n: number, seed: string, sd = 1): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from(
    { length: n },
    () => sd * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** Optimal partitioning without pruning: what PELT must equal. */
function optimalCost(values: Float64Array): number {
  const n = values.length;
  const cost = gaussianCost(values, 0.01);
  const penalty = 15 * Math.log(n);
  const best = new Array<number>(n + 1).fill(Infinity);
  best[0] = -penalty;
  for (let to = MIN_SEGMENT; to <= n; to += 1) {
    for (let from = 0; from <= to - MIN_SEGMENT; from += 1) {
      best[to] = Math.min(best[to] ?? 0, (best[from] ?? 0) + cost(from, to) + penalty);
    }
  }
  return best[n] ?? Number.NaN;
}

function costOf(values: Float64Array, found: readonly number[]): number {
  const cost = gaussianCost(values, 0.01);
  const edges = [0, ...found, values.length];
  const parts = edges.slice(1).map((to, k) => cost(edges[k] ?? 0, to));
  return parts.reduce((sum, part) => sum + part, 0) + found.length * 15 * Math.log(values.length);
}

test('a step in the mean is found where it is', () => {
  const values = noise(300, 'step').map((x, i) => x + (i < 120 ? 20 : 10));
  const [at, ...others] = changepoints(values, 0.01);
  expect(Math.abs((at ?? 0) - 120)).toBeLessThanOrEqual(2);
  expect(others).toEqual([]);
});

test('a step in the variance is found too', () => {
  const values = noise(400, 'variance').map((x, i) => 100 + (i < 200 ? x : 8 * x));
  expect(changepoints(values, 0.01)).toHaveLength(1);
});

test('pure noise has none, and neither has a constant or a short series', () => {
  for (const seed of ['a', 'b', 'c', 'd', 'e']) {
    expect(changepoints(noise(500, seed), 0.01)).toEqual([]);
  }
  expect(changepoints(new Float64Array(100).fill(5), 1)).toEqual([]);
  expect(changepoints(noise(19, 'short'), 0.01)).toEqual([]);
});

test('pruning loses nothing: the partition costs what the optimum costs', () => {
  const level = fc.record({
    length: fc.integer({ min: 3, max: 40 }),
    mean: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(fc.array(level, { minLength: 1, maxLength: 6 }), fc.string(), (levels, seed) => {
      const means = levels.flatMap((part) => new Array<number>(part.length).fill(part.mean));
      fc.pre(means.length >= 2 * MIN_SEGMENT);
      const values = noise(means.length, seed).map((x, i) => x + (means[i] ?? 0));
      expect(costOf(values, changepoints(values, 0.01))).toBeCloseTo(optimalCost(values), 6);
    }),
    { numRuns: 60 },
  );
});
