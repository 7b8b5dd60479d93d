import { processWords } from '../../agent/contract/board-lock.ts';
import { OrinError } from '../errors.ts';
import type { BoardLock, BoardReservation } from './facts.ts';

/**
 * @param canWait whether what is being done can take its turn by itself.
 * @throws OrinError `board-busy` while another run holds the board.
 */
export function refuseBusyBoard(lock: BoardLock | null, board: string, canWait = false): void {
  if (!lock?.isAlive) return;
  const wait = canWait ? 'take your turn: add --wait 2h; ' : '';
  throw new OrinError({
    code: 'board-busy',
    what: `${board} is busy with another benchmark`,
    why: holderText(lock),
    next: `${wait}${
      // A run below the directory of another account cannot be reached from here.
      lock.pid === null
        ? wayOut(lock)
        : `watch it: orin-remote attach ${board}, or stop it: orin-remote cancel ${board} (two at once would measure each other)`
    }`,
    board,
  });
}

/** What to do about a run of another account, or about somebody who only holds the lock. */
function wayOut({ owner, process, startedUtc }: BoardLock): string {
  const end = process ? `; on the board \`sudo kill ${process.pid}\` ends it` : '';
  if (startedUtc !== '') return `ask ${owner} (two at once would measure each other)${end}`;
  const who = process ? process.user || `user ${process.uid}` : 'who uses the board';
  return `ask ${who}${end}, and a name of your own in ORIN_REMOTE_LOCK on the board goes round it`;
}

/**
 * `run 20260101-… of ann@desk, started 2026-01-01T10:00:00Z, process 4711 of user ann (uid 1000)`
 */
export function holderText({ runId, owner, startedUtc, process }: BoardLock): string {
  const whose = process ? `, ${processWords(process)}` : '';
  if (startedUtc === '' && runId === 'unknown') {
    return `somebody holds it who says nothing of a run${whose}`;
  }
  return `run ${runId} of ${owner}${startedUtc === '' ? '' : `, started ${startedUtc}`}${whose}`;
}

/** `reserved by ann@desk for 1 h 12 min more, until 2026-01-01T12:00:00Z: thesis runs` */
export function reservationText({ owner, note, remainingMs, untilUtc }: BoardReservation): string {
  const until = `${untilUtc.slice(0, 19)}Z`;
  return `reserved by ${owner} for ${minutesText(remainingMs)} more, until ${until}${note === '' ? '' : `: ${note}`}`;
}

function minutesText(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
