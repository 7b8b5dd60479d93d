import { expect, test } from 'vitest';
import { findOutliers } from './outliers.ts';

test('what stands out is flagged with what it took beyond the median', () => {
  const values = Float64Array.from({ length: 101 }, (_, i) => 1000 + (i % 5));
  values[50] = 2002;
  expect(findOutliers(values)).toEqual({ indices: [50], excess: 1000, tukeySevere: 1, mad: 1 });
});

test('a series without spread is measured by the step of its timer', () => {
  const values = new Float64Array(100).fill(3200);
  values[10] = 3232;
  values[20] = 6400;
  expect(findOutliers(values)).toMatchObject({ indices: [20], mad: 0 });
});

test('no values, no outliers', () => {
  expect(findOutliers(new Float64Array(0)).indices).toEqual([]);
});
