import * as z from 'zod/mini';
import { boardScope, holderOf, readPeer, socketNames } from '../../agent/contract/board-lock.ts';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { BoardFacts, BoardLock, BoardReservation } from './facts.ts';
import type { ProbeAnswer } from './probe-answer.ts';

/** Who has a board: the run that holds its lock, and the person who reserved it. */
export type BoardHolders = Pick<BoardFacts, 'lock'> & {
  readonly reservation: BoardReservation | null;
};

/**
 * Reads who has a board from the lines of a probe, or of a later look.
 * @param clock the board's clock against ours, as the same answer tells it.
 */
export function holdersOf(
  answer: ProbeAnswer,
  bootId: string,
  clock: BoardFacts['clock'],
): BoardHolders {
  return {
    lock: boardLock(answer, bootId),
    reservation: readReservation(answer.first('reserved'), Date.now(), clock.offsetMs),
  };
}

const lockSchema = z.object({
  owner: z.string(),
  runId: z.string(),
  pid: z.int(),
  bootId: z.string(),
  startedUtc: z.string(),
});

/** Our own lock while its run is alive, then anybody's, then our own stale one. */
function boardLock(answer: ProbeAnswer, bootId: string): BoardLock | null {
  const own = readLock(answer, bootId);
  if (own?.isAlive) return own;
  const sockets = socketNames(answer.all('socket').join('\n'));
  const holder = holderOf(sockets, boardScope(answer.first('scope')));
  const process = readPeer(answer.first('peer') ?? '');
  return holder ? { ...holder, process, pid: null, bootId, isAlive: true } : own;
}

function readLock(answer: ProbeAnswer, bootId: string): BoardLock | null {
  const text = answer.first('lock');
  if (!text) return null;
  try {
    const lock = lockSchema.parse(JSON.parse(text));
    return {
      owner: cleanLine(lock.owner, 120),
      runId: cleanLine(lock.runId, 120),
      pid: lock.pid,
      bootId: cleanLine(lock.bootId, 64),
      startedUtc: cleanLine(lock.startedUtc, 40),
      isAlive: lock.bootId === bootId && answer.all('alive').includes(String(lock.pid)),
    };
  } catch {
    // A lock that its owner's power cut left half-written holds nobody.
    return null;
  }
}

/**
 * The file `reservation` in the base directory, one line of JSON. Times are of the board's clock,
 * Unix milliseconds.
 */
const reservationSchema = z.object({
  owner: z.string(),
  note: z.string(),
  fromMs: z.int(),
  untilMs: z.int(),
});
export type ReservationFile = z.infer<typeof reservationSchema>;

/**
 * Longer than this is no reservation but a mistake, or a board whose clock was somewhere else when
 * it was made.
 */
export const MAX_RESERVATION_MS = 14 * 24 * 3_600_000;
/**
 * How far a board's clock may be set back, by NTP for one, before a reservation is not believed any
 * more.
 */
const MAX_SET_BACK_MS = 10 * 60_000;

/**
 * A reservation that holds now, by the board's clock. One that begins in the future is of a clock
 * that was set back since (a board without a clock battery wakes up in the past) and would never
 * end: it counts as over.
 * @param offsetMs the board's clock less ours.
 */
export function readReservation(
  text: string | null,
  nowMs: number,
  offsetMs: number,
): BoardReservation | null {
  if (!text) return null;
  try {
    const { owner, note, fromMs, untilMs } = reservationSchema.parse(JSON.parse(text));
    const boardNowMs = nowMs + offsetMs;
    const remainingMs = Math.round(untilMs - boardNowMs);
    if (remainingMs <= 0 || untilMs - fromMs > MAX_RESERVATION_MS) return null;
    if (fromMs - boardNowMs > MAX_SET_BACK_MS) return null;
    return {
      owner: cleanLine(owner, 120) || 'unknown',
      note: cleanLine(note, 200),
      remainingMs,
      untilUtc: new Date(untilMs - offsetMs).toISOString(),
    };
  } catch {
    return null;
  }
}
