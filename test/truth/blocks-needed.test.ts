import { expect, test } from 'vitest';
import { blocksAdvised } from './blocks-needed.ts';
import { shareOf, told } from './support/study.ts';

/** A loaded machine takes ten times as long. */
const TIMEOUT_MS = 240_000;

test(
  'as many blocks as an undecided run advises decide in four of five runs, and rightly',
  () => {
    const findings = told(blocksAdvised);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) {
      const right = shareOf(finding, 'then right');
      expect(right.isAtLeast(0.8), `${finding.of}: ${right}`).toBe(true);
    }
  },
  TIMEOUT_MS,
);
