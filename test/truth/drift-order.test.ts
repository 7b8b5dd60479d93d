import { expect, test } from 'vitest';
import { orderUnderDrift } from './drift-order.ts';
import { shareOf, told } from './support/study.ts';

/** A loaded machine takes ten times as long. */
const TIMEOUT_MS = 240_000;

test(
  'a drift is a difference in every order but the random one',
  () => {
    const findings = told(orderUnderDrift);
    for (const finding of findings) {
      const shares = [1, 3, 8].map((drift) => shareOf(finding, `false, drift ${drift} %`));
      if (finding.of.startsWith('random')) {
        for (const share of shares) expect(share.isAtMost(0.05), String(share)).toBe(true);
      } else expect(shares[2]?.isAtMost(0.05)).toBe(false);
    }
    // All of one cell before all of the other: half of the drift is a difference.
    expect(findings[0]?.figures['bias, 3 %']).toMatch(/^\+1\.[45]/);
  },
  TIMEOUT_MS,
);
