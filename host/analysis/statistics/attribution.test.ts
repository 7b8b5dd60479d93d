import { describe, expect, test } from 'vitest';
import { attributeExcess, type WindowSeries } from './attribution.ts';
import { nonNegativeLeastSquares } from './nnls.ts';
import { seededRandom } from './seeded-random.ts';

/** Positive noise in which each value is like the one before, as rates of a board are. */
function noise(random: () => number, count: number, phi = 0.6): number[] {
  let last = 1;
  return Array.from({ length: count }, () => {
    last = phi * last + (1 - phi) * -Math.log(1 - random());
    return last;
  });
}

interface Made {
  readonly processes?: number;
  readonly windows?: number;
  readonly sources?: number;
  /** Weight of each source in the excess; nothing else is planted. */
  readonly planted?: Readonly<Record<number, number>>;
}

function make(seed: string, { processes = 6, windows = 25, sources = 8, planted = {} }: Made) {
  const random = seededRandom(seed);
  return Array.from({ length: processes }, (): WindowSeries => {
    const rates = Array.from({ length: sources }, () => noise(random, windows));
    const base = noise(random, windows);
    const excess = base.map((value, w) =>
      Object.entries(planted).reduce(
        (sum, [source, weight]) => sum + weight * (rates[Number(source)]?.[w] ?? 0),
        0.3 * value,
      ),
    );
    return { excess, rates };
  });
}

describe('a planted source', () => {
  test('is found, alone, with its share of the excess', () => {
    const found = attributeExcess(make('planted', { planted: { 3: 0.5 } }), 'seed');
    expect(found?.windows).toBe(150);
    const [first, ...others] = found?.effects ?? [];
    expect(first?.sources).toEqual([3]);
    expect(first?.pHolm).toBeLessThan(0.01);
    // 0.5 of 0.8, both of mean 1.
    expect(first?.shareOfExcess).toBeGreaterThan(0.5);
    expect(first?.shareOfExcess).toBeLessThan(0.75);
    for (const { pHolm } of others) expect(pHolm).toBeGreaterThan(0.05);
  });

  test('two of them are both found, the stronger first', () => {
    const found = attributeExcess(make('two', { planted: { 1: 0.3, 6: 0.9 } }), 'seed');
    const significant = found?.effects.filter(({ pHolm }) => pHolm < 0.05) ?? [];
    expect(significant.map(({ sources }) => sources[0])).toEqual([6, 1]);
  });

  test('brings with it what moves as it does: an interrupt and its softirq are one', () => {
    const series = make('together', { planted: { 2: 0.6 } }).map(({ excess, rates }) => ({
      excess,
      rates: [...rates, (rates[2] ?? []).map((rate) => 0.9 * rate)],
    }));
    const [first] = attributeExcess(series, 'seed')?.effects ?? [];
    expect(first?.sources).toEqual([2, 8]);
    expect(first?.pHolm).toBeLessThan(0.05);
  });
});

test('null data are clean: no more false alarms than the level allows', () => {
  const runs = 120;
  const alarms = Array.from({ length: runs }, (_, run) => {
    const effects = attributeExcess(make(`null ${run}`, {}), `seed ${run}`, 199)?.effects ?? [];
    return effects.some(({ pHolm }) => pHolm < 0.05);
  }).filter(Boolean).length;
  // 5 % of 120 is 6; more than 13 have a probability below half a percent.
  expect(alarms).toBeLessThanOrEqual(13);
});

test('levels that differ between processes are no effect', () => {
  const series = make('levels', { sources: 2 }).map(({ excess, rates }, process) => ({
    excess: excess.map((value) => value + 10 * process),
    rates: rates.map((rate) => rate.map((value) => value + 100 * process)),
  }));
  for (const { pHolm } of attributeExcess(series, 'seed')?.effects ?? []) {
    expect(pHolm).toBeGreaterThan(0.05);
  }
});

test('the same seed gives the same p-values', () => {
  const series = make('same', { planted: { 0: 0.1 } });
  expect(attributeExcess(series, 'a')).toEqual(attributeExcess(series, 'a'));
  expect(attributeExcess(series, 'a')).not.toEqual(attributeExcess(series, 'b'));
});

test('too few windows say nothing; sources that never vary are left out', () => {
  expect(attributeExcess(make('few', { processes: 1, windows: 20 }), 'seed')).toBeNull();
  expect(attributeExcess([], 'seed')).toBeNull();
  const constant = make('constant', { sources: 1 }).map(({ excess, rates }) => ({
    excess,
    rates: [...rates, excess.map(() => 7)],
  }));
  expect(attributeExcess(constant, 'seed')?.effects.map(({ sources }) => sources)).toEqual([[0]]);
});

describe('non-negative least squares', () => {
  const gram = (rows: readonly (readonly number[])[]) =>
    rows[0]?.map((_, j) =>
      Float64Array.from(rows[0] ?? [], (_value, k) =>
        rows.reduce((sum, row) => sum + (row[j] ?? 0) * (row[k] ?? 0), 0),
      ),
    ) ?? [];
  const moment = (rows: readonly (readonly number[])[], y: readonly number[]) =>
    rows[0]?.map((_, j) => rows.reduce((sum, row, i) => sum + (row[j] ?? 0) * (y[i] ?? 0), 0)) ??
    [];

  test('is least squares where that is not negative, and zero where it would be', () => {
    const x = [
      [1, 0],
      [1, 1],
      [1, 2],
      [1, 3],
    ];
    const up = nonNegativeLeastSquares(gram(x), moment(x, [1, 3, 5, 7]));
    expect(up[0]).toBeCloseTo(1, 6);
    expect(up[1]).toBeCloseTo(2, 6);
    // The slope of the best line is negative: without it the mean is best.
    const down = nonNegativeLeastSquares(gram(x), moment(x, [7, 5, 3, 1]));
    expect([...down].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([4, 0]);
  });
});
