import { expect, test } from 'vitest';
import { OrinError } from '../../host/errors.ts';
import { describeFailure } from './failure.ts';

test('an error is three lines, and names in it cannot drive the terminal', () => {
  const error = new OrinError({
    code: 'input-mismatch',
    what: 'there is no input \u001b]0;title\u0007x',
    why: 'its inputs: \u001b[2Jy',
    next: 'give \u009b31mz',
  });
  expect(describeFailure(error)).toBe(
    '✗ there is no input x\n  why: its inputs: y\n  try: give 31mz',
  );
});
