import { OrinError } from '../../../host/errors.ts';
import { type HomeState, hostOf } from './home-state.ts';
import { wayTo } from './home-wish.ts';
import type { SessionOptions } from './session-options.ts';

/** A look at a board that takes longer is given up. */
const LOOK_MS = 30_000;

/**
 * Looks what is on the selected board; gives what went wrong, or null. @throws what is a bug of
 * ours.
 */
export async function lookAtBoard(
  check: SessionOptions['check'],
  state: HomeState,
  closing: AbortSignal,
): Promise<string | null> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(LOOK_MS)]);
  try {
    await check(wayTo(state), signal);
    return null;
  } catch (error) {
    if (signal.aborted) return `${hostOf(state.board)} did not answer within ${LOOK_MS / 1000} s`;
    if (!(error instanceof OrinError)) throw error;
    return [error.message, error.why].filter(Boolean).join(': ');
  }
}
