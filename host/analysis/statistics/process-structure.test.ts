import { expect, test } from 'vitest';
import { loneProcess, trendOverBlocks, twoModes } from './process-structure.ts';

const inBlocks = (medians: readonly number[]) =>
  medians.map((median, block) => ({ median, block }));

test('two tight groups 6 % apart are two modes; one straggler, or less than 3 %, is none', () => {
  const modes = [100, 106, 100.2, 106.1, 100.1, 105.9];
  expect(twoModes(modes)).toEqual([
    [100, 100.1, 100.2],
    [105.9, 106, 106.1],
  ]);
  expect(twoModes([100, 100.1, 100.2, 100.1, 100.05, 106])).toBeNull();
  expect(twoModes([100, 100.1, 100.2, 102, 102.1, 102.2])).toBeNull();
});

test('a gap that scatter shows as well is no mode', () => {
  // The gap is wider than either group, which four values of one mode show in half of all cases.
  expect(twoModes([100, 102, 107, 108])).toBeNull();
  expect(twoModes([100, 100])).toBeNull();
});

test('a rise over the blocks is told with its size; scatter and small drifts are not', () => {
  expect(trendOverBlocks(inBlocks([100, 102.1, 103.9, 106, 108]))).toBeCloseTo(0.08, 2);
  expect(trendOverBlocks(inBlocks([108, 106, 104.1, 102, 100]))).toBeCloseTo(-0.074, 2);
  expect(trendOverBlocks(inBlocks([100, 100.5, 101, 101.5, 102]))).toBeNull();
  expect(trendOverBlocks(inBlocks([100, 108, 99, 107, 106]))).toBeNull();
  expect(trendOverBlocks(inBlocks([100, 104, 108]))).toBeNull();
});

test('blocks that are missing leave the line where it is', () => {
  const gaps = [0, 1, 2, 6, 8].map((block) => ({ block, median: 100 * 1.01 ** block }));
  expect(trendOverBlocks(gaps)).toBeCloseTo(1.01 ** 8 - 1, 9);
});

test('one process far from all others is found, on either side', () => {
  expect(loneProcess([100, 100.2, 99.9, 100.1, 106, 100])).toBeCloseTo(0.06, 2);
  expect(loneProcess([100, 100.2, 99.9, 100.1, 94, 100])).toBeCloseTo(-0.06, 2);
  expect(loneProcess([100, 103, 97, 101, 106, 99])).toBeNull();
  expect(loneProcess([100, 100.2, 106])).toBeNull();
});
