import { setTimeout as sleep } from 'node:timers/promises';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import type { FollowRequest } from './follow-request.ts';

const FIRST_TRY_MS = 200;
const MIN_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;

/**
 * Connects again, however often it takes: soon for a hiccup, then after 1 … 30 s, with jitter so that several boards
 * behind one access point do not knock in step. Null when the time is over or the person left.
 * @throws OrinError for what trying again would not mend, such as a changed host key.
 */
export async function reconnect(request: FollowRequest, deadlineMs: number): Promise<Link | null> {
  for (let attempt = 0; Date.now() < deadlineMs && !request.leave.aborted; attempt += 1) {
    await pause(attempt, request.leave);
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
  const backoffMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** (attempt - 1));
  const waitMs = attempt === 0 ? FIRST_TRY_MS : backoffMs * (0.75 + Math.random() / 2);
  await sleep(waitMs, undefined, { signal: leave }).catch(() => undefined);
}

/** Trying again would not help, and could lock an account. */
function isFinal(error: OrinError): boolean {
  return error.code.startsWith('host-key') || error.code.startsWith('auth');
}
