import type { BoardLock } from '../board/facts.ts';
import { OrinError } from '../errors.ts';

/** @throws OrinError `board-busy` while another run holds the board. */
export function refuseBusyBoard(lock: BoardLock | null, board: string): void {
  if (!lock?.isAlive) return;
  throw new OrinError({
    code: 'board-busy',
    what: `${board} is busy with another benchmark`,
    why: `run ${lock.runId} of ${lock.owner}, started ${lock.startedUtc}`,
    next: `watch it: orin-remote attach ${board}, or stop it: orin-remote cancel ${board} (two at once would measure each other)`,
    board,
  });
}
