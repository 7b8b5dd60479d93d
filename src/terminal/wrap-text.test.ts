import { expect, test } from 'vitest';
import { wrapEntries, wrapSentence } from './wrap-text.ts';

test('a number and its unit stay on one line, a number before a word need not', () => {
  expect(wrapSentence('medians 16.6 µs to 26.0 µs', 12)).toBe('medians\n  16.6 µs to\n  26.0 µs');
  expect(wrapSentence('it takes 40 % of it', 12)).toBe('it takes\n  40 % of it');
  expect(wrapSentence('it was 12 streams', 10)).toBe('it was 12\n  streams');
});

test('what continues an entry stands below its text; what fits stays as it is', () => {
  const text = '  outliers     7 (5.4 %), 57 % of the time\n  CPUs         0-1';
  expect(wrapEntries(text, 32)).toBe(
    '  outliers     7 (5.4 %), 57 %\n               of the time\n  CPUs         0-1',
  );
  expect(wrapEntries(text, 80)).toBe(text);
  expect(wrapEntries(text, Number.POSITIVE_INFINITY)).toBe(text);
});
