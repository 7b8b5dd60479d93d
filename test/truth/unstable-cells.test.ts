import { expect, test } from 'vitest';
import { shareOf, told } from './support/study.ts';
import { falseUnstable, foundUnstable } from './unstable-cells.ts';

test('a spread as such is not called UNSTABLE, however wide', () => {
  for (const finding of told(falseUnstable)) {
    for (const column of Object.keys(finding.figures)) {
      // Two tests at 1 % each.
      const share = shareOf(finding, column);
      expect(share.isAtMost(0.02), `${finding.of} ${column}: ${share}`).toBe(true);
    }
  }
});

test('two modes and drifts are found, by most runs of 14 processes or more', () => {
  for (const finding of told(foundUnstable)) {
    expect(shareOf(finding, 'K=14').value, finding.of).toBeGreaterThan(0.5);
    expect(shareOf(finding, 'K=20').value, finding.of).toBeGreaterThan(0.75);
  }
});
