import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { runScript } from '../shell/run-script.ts';
import { word } from '../shell/sh.ts';
import { reservationText } from './busy-board.ts';
import type { BoardReservation } from './facts.ts';
import { MAX_RESERVATION_MS, type ReservationFile, readReservation } from './holders.ts';
import type { Probe } from './probe.ts';

export interface ReservationRequest {
  /** `user@workstation` */
  readonly owner: string;
  /** Also where somebody else has reserved the board. */
  readonly isForced: boolean;
  readonly signal: AbortSignal;
}

const MAX_NOTE = 200;

/**
 * Reserves a board for so long from now, by the board's own clock: a file in the base directory,
 * replaced in one step. It binds nobody; others are told, and wait for its end where they wait for
 * their turn. Reserving again changes one's own.
 * @throws OrinError `board-reserved` while somebody else has it, `usage` for more than two weeks,
 *   `remote-command` when the file could not be written.
 */
export async function reserveBoard(
  link: Link,
  { facts }: Probe,
  request: ReservationRequest & { readonly forMs: number; readonly note: string },
): Promise<BoardReservation> {
  refuseOthers(link.board, facts.reservation ?? null, request);
  if (request.forMs > MAX_RESERVATION_MS) {
    throw new OrinError({
      code: 'usage',
      what: 'a reservation is for two weeks at most',
      next: 'reserve again before it ends',
    });
  }
  const fromMs = Math.round(Date.now() + facts.clock.offsetMs);
  const file: ReservationFile = {
    owner: cleanLine(request.owner, 120),
    note: cleanLine(request.note, MAX_NOTE),
    fromMs,
    untilMs: fromMs + request.forMs,
  };
  await writeFile(link, facts.base.path, `${JSON.stringify(file)}\n`, request.signal);
  const made = readReservation(JSON.stringify(file), Date.now(), facts.clock.offsetMs);
  if (made === null) throw new Error('a reservation that was just made is over');
  return made;
}

/**
 * Ends a reservation; false when there was none.
 * @throws OrinError `board-reserved` when it is somebody else's, `remote-command` when the file
 *   would not go.
 */
export async function releaseBoard(
  link: Link,
  { facts }: Probe,
  request: ReservationRequest,
): Promise<boolean> {
  const found = facts.reservation ?? null;
  refuseOthers(link.board, found, request);
  const script = `cd ${word(facts.base.path)} && rm -f reservation`;
  const { status, stderr } = await runScript(link, script, {
    step: `releasing ${link.board}`,
    signal: request.signal,
  });
  if (status !== 0) throw notWritten(link.board, stderr);
  return found !== null;
}

function refuseOthers(
  board: string,
  found: BoardReservation | null,
  { owner, isForced }: ReservationRequest,
): void {
  if (found === null || found.owner === owner || isForced) return;
  throw new OrinError({
    code: 'board-reserved',
    what: `${board} is not yours for now`,
    why: reservationText(found),
    next: 'ask them, wait for its end, or add --force',
    board,
  });
}

/** The text goes in by stdin: what a person wrote never stands in a command. */
async function writeFile(
  link: Link,
  base: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Buffer.byteLength(text);
  const script = [
    `cd ${word(base)} || exit 6`,
    `t=reservation.$$; head -c ${bytes} > $t`,
    `if [ "$(wc -c < $t)" -eq ${bytes} ] && mv -f $t reservation; then :; else rm -f $t; exit 4; fi`,
  ].join('; ');
  const { status, stderr } = await runScript(link, script, {
    step: `reserving ${link.board}`,
    signal,
    input: text,
  });
  if (status !== 0) throw notWritten(link.board, stderr);
}

function notWritten(board: string, complaint: string): OrinError {
  return new OrinError({
    code: 'remote-command',
    what: `the reservation of ${board} could not be written`,
    why: cleanLine(complaint) || 'the board did not say why',
    next: `orin-remote doctor ${board}`,
    board,
  });
}
