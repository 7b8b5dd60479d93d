import { expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';
import { steadyState } from './steady-state.ts';

/** Durations in nanoseconds: a level per iteration with 0.5 % noise. */
function series(n: number, level: (i: number) => number): Float64Array {
  const random = seededRandom(`series ${n}`);
  return Float64Array.from({ length: n }, (_, i) =>
    Math.round(level(i) * (1 + 0.01 * (random() - 0.5))),
  );
}

test('one level is flat, also with a slow first iteration', () => {
  expect(
    steadyState(
      series(500, (i) => (i === 0 ? 9e7 : 1e7)),
      20,
    ),
  ).toMatchObject({
    class: 'flat',
    start: 20,
  });
});

test('slow at first: warm-up, and the steady part begins where the last level does', () => {
  const found = steadyState(
    series(600, (i) => (i < 80 ? 2e7 : 1e7)),
    20,
  );
  expect(found.class).toBe('warm-up');
  expect(Math.abs(found.start - 80)).toBeLessThanOrEqual(2);
});

test('the live cut holds where it is the later one', () => {
  expect(
    steadyState(
      series(600, (i) => (i < 80 ? 2e7 : 1e7)),
      200,
    ).start,
  ).toBe(200);
});

test('slower at the end: slowdown', () => {
  expect(
    steadyState(
      series(600, (i) => (i < 300 ? 1e7 : 1.1e7)),
      20,
    ).class,
  ).toBe('slowdown');
});

test('a last level of a few iterations is no steady state', () => {
  const found = steadyState(
    series(600, (i) => (i < 570 ? 1e7 : 2e7)),
    20,
  );
  expect(found).toMatchObject({ class: 'no-steady-state', start: 20 });
});

test('an excursion that returns does not end the level', () => {
  const found = steadyState(
    series(600, (i) => (i >= 500 && i < 530 ? 2e7 : 1e7)),
    20,
  );
  expect(found).toMatchObject({ class: 'flat', start: 20 });
  expect(found.changepoints.length).toBeGreaterThan(0);
});

test('a hundred thousand iterations are binned and classified all the same', () => {
  const found = steadyState(
    series(100_000, (i) => (i < 30_000 ? 12e3 : 1e4)),
    1000,
  );
  expect(found.class).toBe('warm-up');
  expect(Math.abs(found.start - 30_000)).toBeLessThanOrEqual(300);
});

test('too short to tell, or constant', () => {
  expect(
    steadyState(
      series(12, () => 1e7),
      10,
    ),
  ).toEqual({ class: null, start: 10, changepoints: [] });
  expect(steadyState(new Float64Array(0), 0).class).toBeNull();
  expect(steadyState(new Float64Array(200).fill(1000), 10).class).toBe('flat');
});
