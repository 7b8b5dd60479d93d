import { expect, test } from 'vitest';
import { shareOf, told } from './support/study.ts';
import { differencesWithinRun, wordsWithinRun } from './words-within-run.ts';

test('a run calls equal cells faster or slower in at most one of twenty cases, drift or none', () => {
  for (const finding of told(wordsWithinRun)) {
    for (const column of Object.keys(finding.figures)) {
      const share = shareOf(finding, column);
      expect(share.isAtMost(0.05), `${finding.of}, ${column}: ${share}`).toBe(true);
    }
  }
});

test('a difference of 3 % is told all the same', () => {
  for (const finding of told(differencesWithinRun)) {
    for (const column of Object.keys(finding.figures)) {
      expect(shareOf(finding, column).value, `${finding.of}, ${column}`).toBeGreaterThan(0.8);
    }
  }
});
