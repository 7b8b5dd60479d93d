import { expect, test } from 'vitest';
import { comparePaired } from './compare-paired.ts';
import { holm } from './holm.ts';
import { seededRandom } from './seeded-random.ts';
import { signedRankTest } from './signed-rank.ts';

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const pairs = (ratios: readonly number[]) => ratios.map((ratio) => ({ a: 100, b: 100 * ratio }));

test('a clear difference is faster or slower', () => {
  const half = comparePaired(pairs([0.49, 0.5, 0.51, 0.5, 0.505, 0.495, 0.5, 0.5]), 0.01);
  expect(half).toMatchObject({
    decision: 'faster',
    blocks: 8,
    isFragile: false,
    blocksNeeded: null,
  });
  expect(half?.ratio).toBeCloseTo(0.5, 3);
  expect(half?.hodgesLehmann).toBeCloseTo(0.5, 3);
  expect(comparePaired(pairs([1.2, 1.21, 1.19, 1.2, 1.2]), 0.01)?.decision).toBe('slower');
});

test('an interval within the threshold is equivalent, even when it excludes 1', () => {
  expect(comparePaired(pairs([1.003, 1.004, 1.003, 1.004, 1.003]), 0.01)?.decision).toBe(
    'equivalent',
  );
});

test('too few blocks are inconclusive and say how many more', () => {
  const found = comparePaired(pairs([1.0, 1.06, 0.99, 1.05, 1.02]), 0.01);
  expect(found?.decision).toBe('inconclusive');
  expect(found?.blocksNeeded).toBeGreaterThan(5);
});

test('the smallest change found has the multiples of the table', () => {
  const multiples = [5, 8, 10, 15, 20, 30].map((blocks) => {
    const raw = Array.from({ length: blocks }, (_, i) => i - (blocks - 1) / 2);
    const sd = Math.sqrt(raw.reduce((sum, x) => sum + x * x, 0) / (blocks - 1));
    const found = comparePaired(pairs(raw.map((x) => Math.exp((x / sd) * 1e-6))), 0.01);
    return ((found?.minimumDetectableEffect ?? 0) / 1e-6).toFixed(2);
  });
  expect(multiples).toEqual(['1.66', '1.15', '0.99', '0.78', '0.66', '0.53']);
});

test('one block compares nothing', () => {
  expect(comparePaired(pairs([1.1]), 0.01)).toBeNull();
});

test('randomised pairs under drift keep false alarms near 5 %, one after the other does not', () => {
  const random = seededRandom('drift');
  const trial = (inBlocks: boolean) => {
    const blocks = 10;
    // 3 % drift over the run, 0.4 % between processes, A and B identical.
    const at = (slot: number) =>
      (1 + (0.03 * slot) / (2 * blocks)) * Math.exp(0.004 * normal(random));
    const found = comparePaired(
      Array.from({ length: blocks }, (_, block) => {
        const first = random() < 0.5 ? 0 : 1;
        return inBlocks
          ? { a: at(2 * block + first), b: at(2 * block + 1 - first) }
          : { a: at(block), b: at(blocks + block) };
      }),
      0,
    );
    return (found?.pT ?? 1) < 0.05;
  };
  const alarms = (inBlocks: boolean) =>
    Array.from({ length: 400 }, () => trial(inBlocks)).filter(Boolean).length / 400;
  expect(alarms(true)).toBeLessThan(0.08);
  expect(alarms(false)).toBeGreaterThan(0.5);
});

test('signed ranks: exact probabilities, ties and zeros', () => {
  // All eight of one sign: 2 of 2^8. Ranks 1 and 2 against: sums up to 3 come in 5 ways, two-sided
  // 10 of 2^8.
  expect(signedRankTest([1, 2, 3, 4, 5, 6, 7, 8])).toBeCloseTo(2 / 256, 12);
  expect(signedRankTest([8, 14, 23, 37, 40, 45, -3, -1])).toBeCloseTo(10 / 256, 12);
  expect(signedRankTest([1, -1])).toBe(1);
  expect(signedRankTest([0, 0, 0])).toBe(1);
});

test('Holm multiplies the smallest most and never falls', () => {
  const corrected = holm([0.01, 0.04, 0.03, 0.005]);
  expect(corrected.map((p) => p.toFixed(3))).toEqual(['0.030', '0.060', '0.060', '0.020']);
  expect(holm([])).toEqual([]);
});
