import { expect, test } from 'vitest';
import { pooledIterations } from './pooled-iterations.ts';
import { shareOf, told } from './support/study.ts';

test('iterations are no evidence of the next process: tests on them call equal cells different', () => {
  const [one, ten] = told(pooledIterations).map((each) => shareOf(each, 'called different'));
  expect(one?.value).toBeGreaterThan(0.6);
  expect(ten?.isAtLeast(0.1)).toBe(true);
});
