import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { actionOf, bindings, keyTable, type Place } from './keys.ts';

const places: readonly Place[] = [
  'home',
  'plan',
  'live',
  'fleet',
  'board',
  'results',
  'detail',
  'compare',
];

test.each(places)('in %s no key means two things', (place) => {
  const keys = bindings
    .filter((binding) => binding.places.includes(place))
    .flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test.each(places)('in %s Escape never quits and never stops a run', (place) => {
  expect([null, 'back']).toContain(actionOf(place, 'escape'));
});

test("the README's table of keys is this one", () => {
  expect(readFileSync('README.md', 'utf8')).toContain(keyTable());
});
