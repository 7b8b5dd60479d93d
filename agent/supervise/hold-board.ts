import { setTimeout as sleep } from 'node:timers/promises';
import { type BoardHolder, processWords } from '../contract/board-lock.ts';
import { cleanLine } from '../contract/clean-text.ts';
import { boardFreed, takeBoard } from './board-socket.ts';
import { type LockHolder, takeLock } from './lock.ts';

const tellEveryMs = 30_000;
/**
 * A holder that is gone by its socket but not by its file, or that accepts nobody, is not asked
 * more often.
 */
const retryAfterMs = 1000;
/**
 * A holder that was killed while it started a process keeps its socket until that process has begun
 * its program.
 */
const lettingGoMs = 500;

export interface BoardRequest {
  /** This user's lock file, which also says which process it is. */
  readonly lockPath: string;
  /** See `boardScope`. */
  readonly scope: string;
  readonly owner: string;
  readonly runId: string;
  /** How long to wait for a busy board. */
  readonly waitMs: number;
}

export type HoldAttempt =
  | { readonly state: 'held'; readonly release: () => void; readonly stale: LockHolder | null }
  | { readonly state: 'busy'; readonly holder: BoardHolder }
  | { readonly state: 'cancelled' };

/**
 * Takes the board, between users and for this one; waits for it as long as asked, and tells
 * `onBusy` at once and then every 30 s who has it. The signal ends the waiting.
 */
export async function holdBoard(
  request: BoardRequest,
  onBusy: (holder: BoardHolder) => void,
  signal: AbortSignal,
): Promise<HoldAttempt> {
  const untilMs = performance.now() + request.waitMs;
  if (request.waitMs === 0) {
    const first = await tryToHold(request);
    if (first.state !== 'busy') return first;
    await boardFreed(request.scope, lettingGoMs, signal);
  }
  for (;;) {
    const attempt = await tryToHold(request);
    const leftMs = untilMs - performance.now();
    if (attempt.state !== 'busy' || leftMs <= 0) return attempt;
    onBusy(attempt.holder);
    await pause(request.scope, Math.min(leftMs, tellEveryMs), signal);
    if (signal.aborted) return { state: 'cancelled' };
  }
}

async function tryToHold({ lockPath, scope, owner, runId }: BoardRequest): Promise<HoldAttempt> {
  const startedUtc = new Date().toISOString();
  const board = await takeBoard({ owner, runId, startedUtc }, scope);
  if (board.state === 'busy') return board;
  const lock = takeLock(lockPath, owner, runId);
  if (lock.state === 'busy') {
    board.release();
    return lock;
  }
  const release = () => {
    lock.release();
    board.release();
  };
  return { ...lock, release };
}

/** Until the holder is gone, at most `ms`. */
async function pause(scope: string, ms: number, signal: AbortSignal): Promise<void> {
  const beganMs = performance.now();
  await boardFreed(scope, ms, signal);
  const minMs = Math.min(ms, retryAfterMs) - (performance.now() - beganMs);
  if (minMs > 0) await sleep(minMs, undefined, { signal }).catch(() => {});
}

/** Who has the board, as a sentence: `ann@desk is benchmarking: run …, for 2 h 5 min`. */
export function busySentence(holder: BoardHolder, nowMs: number): string {
  const { owner, runId, startedUtc, process } = holder;
  const who = process ? ` (${processWords(process)})` : '';
  if (startedUtc === '' && runId === 'unknown') {
    return `somebody holds the board who says nothing of a run${who}`;
  }
  const minutes = Math.floor((nowMs - Date.parse(startedUtc)) / 60_000);
  // A board without a clock battery may have jumped since: then there is no age to tell.
  const since = startedUtc === '' ? '' : `, since ${startedUtc}`;
  const age = minutes >= 0 ? `, for ${words(minutes)}` : '';
  return cleanLine(`${owner} is benchmarking: run ${runId}${age}${since}${who}`, 1000);
}

function words(minutes: number): string {
  if (minutes < 1) return 'less than a minute';
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
