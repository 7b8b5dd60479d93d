import { expect } from 'vitest';
import type { OrinError } from '../../host/errors.ts';

/** What work fails with; a test in which it succeeds fails. */
export async function failure(work: Promise<unknown>): Promise<OrinError> {
  return await work.then(
    () => expect.fail('it should have failed'),
    (error: OrinError) => error,
  );
}
