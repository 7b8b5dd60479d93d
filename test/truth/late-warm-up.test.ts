import { expect, test } from 'vitest';
import { lateWarmUps } from './late-warm-up.ts';
import { shareOf, told } from './support/study.ts';

test('a warm-up of four seconds is seen by the default and by --thorough, for fast and slow models', () => {
  for (const finding of told(lateWarmUps)) {
    if (finding.of.startsWith('quick')) continue;
    expect(shareOf(finding, 'within 0.5 %').value, finding.of).toBeGreaterThan(0.9);
    expect(shareOf(finding, 'no steady state').value, finding.of).toBeLessThan(0.1);
  }
});
