import { setTimeout as sleep } from 'node:timers/promises';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import type { FollowRequest } from './follow-request.ts';

const FIRST_TRY_MS = 200;
const MIN_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;

/** How long a board is looked for, and how often that was tried: the pauses grow with it. */
export interface Search {
  readonly untilMs: number;
  tries: number;
}

/** A search that begins now. */
export function searchFor(withinMs: number): Search {
  return { untilMs: Date.now() + withinMs, tries: 0 };
}

/**
 * Connects again, however often it takes: soon for a hiccup, then after 1 … 30 s, with jitter so
 * that several boards behind one access point do not knock in step. Null when the time is over or
 * the person left. A search that found the board may be gone on with, where the connection is lost
 * at once.
 * @throws OrinError for what trying again would not mend, such as a changed host key.
 */
export async function reconnect(request: FollowRequest, search: Search): Promise<Link | null> {
  while (Date.now() < search.untilMs && !request.leave.aborted) {
    await pause(search.tries, request.leave);
    search.tries += 1;
    if (request.leave.aborted) return null;
    try {
      return await request.connect(request.leave);
    } catch (error) {
      if (error instanceof OrinError && isFinal(error)) throw error;
    }
  }
  return null;
}

async function pause(attempt: number, leave: AbortSignal): Promise<void> {
  if (attempt > 0) await backOff(attempt, leave, MIN_BACKOFF_MS);
  else await sleep(FIRST_TRY_MS, undefined, { signal: leave }).catch(() => undefined);
}

/**
 * The pause before the `attempt`th repetition: `firstMs`, doubled each time up to 30 s, a quarter
 * more or less.
 */
export async function backOff(attempt: number, leave: AbortSignal, firstMs: number): Promise<void> {
  const waitMs = Math.min(MAX_BACKOFF_MS, firstMs * 2 ** (attempt - 1));
  const options = { signal: leave };
  await sleep(waitMs * (0.75 + Math.random() / 2), undefined, options).catch(() => undefined);
}

/** Trying again would not help, and could lock an account. */
function isFinal(error: OrinError): boolean {
  return error.code.startsWith('host-key') || error.code.startsWith('auth');
}
