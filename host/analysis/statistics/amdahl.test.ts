import { expect, test } from 'vitest';
import { fitAmdahl } from './amdahl.ts';

const law = (t1: number, s: number, threads: readonly number[]) =>
  new Map(threads.map((n) => [n, t1 * (s + (1 - s) / n)]));

test('times that follow the law give its serial share, whatever the level of a block', () => {
  const fit = fitAmdahl([1, 1.1, 0.9].map((level) => law(100 * level, 0.05, [1, 3, 6])));
  expect(fit?.serial).toBeCloseTo(0.05, 9);
  expect(fit?.hi).toBeCloseTo(0.05, 9);
  expect(fit?.worstMisfit).toBeLessThan(1e-9);
});

test("the thesis' times have a serial share of about 4 %", () => {
  const times = new Map([
    [1, 1111.36],
    [3, 400.58],
    [6, 218.27],
  ]);
  const fit = fitAmdahl([times]);
  // 4.1 % by three threads alone, 3.6 % by six alone.
  expect(fit?.serial).toBeGreaterThan(0.035);
  expect(fit?.serial).toBeLessThan(0.042);
  expect(fit).toMatchObject({ lo: null, hi: null, blocks: 1, threads: [1, 3, 6] });
});

test('the interval covers blocks that differ; blocks with a hole are left out', () => {
  const blocks = [0.03, 0.04, 0.05, 0.04].map((s) => law(100, s, [1, 2, 4]));
  const fit = fitAmdahl([...blocks, new Map([[1, 100]])]);
  expect(fit).toMatchObject({ blocks: 4 });
  expect(fit?.lo).toBeLessThan(0.04);
  expect(fit?.hi).toBeGreaterThan(0.04);
});

test('more speed-up than threads is a negative share; one number of threads is none', () => {
  const superLinear = new Map([
    [1, 100],
    [2, 45],
  ]);
  expect(fitAmdahl([superLinear])?.serial).toBeLessThan(0);
  expect(fitAmdahl([new Map([[1, 100]])])).toBeNull();
  expect(fitAmdahl([])).toBeNull();
});
