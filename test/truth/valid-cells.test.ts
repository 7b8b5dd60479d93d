import { expect, test } from 'vitest';
import { shareOf, told } from './support/study.ts';
import { validCells } from './valid-cells.ts';

/** So rare that nobody meets one: their coverage is then no figure. */
const RARE = 0.0005;

test('a cell is called VALID only where its interval holds the truth, or next to never', () => {
  for (const finding of told(validCells)) {
    const valid = shareOf(finding, 'VALID');
    const covers = shareOf(finding, 'covers if VALID');
    const holds = covers.isAtLeast(0.93) || valid.isAtMost(RARE);
    expect(holds, `${finding.of}: ${valid} VALID, of these ${covers}`).toBe(true);
    expect(shareOf(finding, 'covers, all').isAtLeast(0.95), finding.of).toBe(true);
    if (finding.of.includes(' quick,')) expect(valid.value).toBe(0);
    if (finding.of.endsWith('0.4 %') && !finding.of.includes(' quick,')) {
      expect(valid.value, finding.of).toBeGreaterThan(0.9);
    }
  }
});
