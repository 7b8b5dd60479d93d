import { expect, test } from 'vitest';
import { comparePaired } from './compare-paired.ts';
import { driftShare } from './drift-share.ts';

/** A board that gets 2.67 % slower from block to block, `a` always half a block before `b`. */
const drifting = [0, 1, 2].map((block) => ({
  a: 100 * Math.exp(0.0267 * block),
  b: 100 * Math.exp(0.0267 * (block + 0.5)),
  aAt: block,
  bAt: block + 0.5,
}));

test('what comes later on a board that drifts is not slower', () => {
  const { perPair, error } = driftShare(drifting);
  for (const share of perPair) expect(share).toBeCloseTo(0.01335, 9);
  expect(error).toBeCloseTo(0, 9);
  expect(comparePaired(drifting, 0.01)?.ratio).toBeCloseTo(1, 9);
});

test('without times, or over two blocks, nothing is taken out', () => {
  const untimed = drifting.map(({ a, b }) => ({ a, b }));
  expect(driftShare(untimed)).toEqual({ perPair: [0, 0, 0], error: 0 });
  expect(driftShare(drifting.slice(0, 2))).toEqual({ perPair: [0, 0], error: 0 });
});

test('a drift that is no straight line makes the ratio uncertain', () => {
  const bent = drifting.map((pair, at) => ({ ...pair, a: pair.a * (at === 1 ? 1.05 : 1) }));
  expect(driftShare(bent).error).toBeGreaterThan(0.005);
});
