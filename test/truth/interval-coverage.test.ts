import { expect, test } from 'vitest';
import { fixedNumber, withinProcess } from './interval-coverage.ts';
import { shareOf, told } from './support/study.ts';

test('the interval over processes covers the truth at its level where the spread is symmetric', () => {
  for (const finding of told(fixedNumber)) {
    if (!['normal', 't3', 'contaminated'].includes(finding.of)) continue;
    for (const column of Object.keys(finding.figures)) {
      const share = shareOf(finding, column);
      expect(share.isAtLeast(0.95), `${finding.of} ${column}: ${share}`).toBe(true);
    }
  }
});

test('the interval within a process covers its median where iterations are hardly correlated', () => {
  const [independent, mild] = told(withinProcess).map((finding) => shareOf(finding, 'covers'));
  expect(independent?.isAtLeast(0.95)).toBe(true);
  expect(mild?.isAtLeast(0.92)).toBe(true);
});
