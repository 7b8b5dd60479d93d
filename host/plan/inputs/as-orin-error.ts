import { ModelError } from '../../../models/model-error.ts';
import { OrinError } from '../../errors.ts';

/** Runs `work`; what is wrong with a model comes out as the OrinError that people see. */
export async function withOrinErrors<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new OrinError({
      code: error.code,
      what: error.message,
      ...(error.why === undefined ? {} : { why: error.why }),
      ...(error.next === undefined ? {} : { next: error.next }),
      cause: error,
    });
  }
}
