import { expect, test } from 'vitest';
import { precisionRules } from './precision-rules.ts';
import { told } from './support/study.ts';

test('no rule of eight processes holds at twice the target, and the one of twenty does', () => {
  const findings = told(precisionRules);
  const heldAt2 = (of: string) => {
    const figure = findings.find((finding) => finding.of === of)?.figures['hold 2 %'];
    return Number.parseFloat(String(figure));
  };
  for (const { of } of findings) {
    if (of.includes('5 to 8') && of.endsWith('alone')) expect(heldAt2(of), of).toBeLessThan(90);
  }
  // A run whose other cells are quiet vouches for a noisy one.
  expect(heldAt2('moderated, 5 to 8, 7 of 0.1 %')).toBeLessThan(90);
  expect(heldAt2('spent, 5 to 20, hopeless from 8, alone')).toBeGreaterThan(93);
});
