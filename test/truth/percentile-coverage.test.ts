import { expect, test } from 'vitest';
import { percentileCoverage } from './percentile-coverage.ts';
import { shareOf, told } from './support/study.ts';

test('intervals of percentiles hold the percentile of a typical process, or there is none', () => {
  const findings = told(percentileCoverage);
  for (const finding of findings) {
    for (const column of Object.keys(finding.figures)) {
      const share = shareOf(finding, column);
      expect(share.isAtLeast(0.92), `${finding.of}, ${column}: ${share}`).toBe(true);
    }
  }
  // Enough iterations: there is one.
  const [many] = findings.filter(({ of }) => of === 'normal, 0.4 %, 600 iterations');
  expect(many === undefined ? 0 : shareOf(many, 'p99 K=5').trials).toBe(percentileCoverage.trials);
});
