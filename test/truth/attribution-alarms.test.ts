import { expect, test } from 'vitest';
import { falseAttributions, foundAttributions } from './attribution-alarms.ts';
import { shareOf, told } from './support/study.ts';

/** A loaded machine takes ten times as long. */
const TIMEOUT_MS = 240_000;

test(
  'unrelated windows alarm no more often than 5 %, whatever varies slowly or in all of them',
  () => {
    for (const finding of told(falseAttributions)) {
      const share = shareOf(finding, 'alarm');
      expect(share.isAtMost(0.05), `${finding.of}: ${share}`).toBe(true);
    }
  },
  TIMEOUT_MS,
);

test(
  'a source that causes a part of the excess is found, and no other one for it',
  () => {
    for (const finding of told(foundAttributions)) {
      const found = shareOf(finding, 'found');
      expect(found.value, `${finding.of}: ${found}`).toBeGreaterThan(0.75);
      const other = shareOf(finding, 'another one');
      expect(other.isAtMost(0.05), `${finding.of}: ${other}`).toBe(true);
    }
  },
  TIMEOUT_MS,
);
