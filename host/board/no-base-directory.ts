import { OrinError } from '../errors.ts';
import { shellWord } from '../link/shell-word.ts';
import type { BoardFacts } from './facts.ts';

/**
 * Why a board has no directory for us: `base-refused` where ORIN_REMOTE_DIR names one that is not
 * safe or not usable, which is never passed over for another; else `no-base-directory` with the
 * reason for each place tried.
 */
export function noBaseDirectory(board: string, { base }: BoardFacts): OrinError {
  const reasons = base.rejected.map(({ path, reason }) => `${path}: ${reason}`);
  const [rejected] = base.rejected;
  if (base.isNamed && rejected !== undefined) {
    return new OrinError({
      code: 'base-refused',
      what: `the directory that ORIN_REMOTE_DIR names on ${board} is refused`,
      why: reasons.join('; '),
      next: mend(rejected),
      board,
    });
  }
  return new OrinError({
    code: 'no-base-directory',
    what: `no directory on ${board} can hold the runtime`,
    why: reasons.join('; ') || 'none was found',
    next: `set ORIN_REMOTE_DIR on ${board} to a writable directory that is not mounted noexec`,
    board,
  });
}

interface Rejection {
  readonly path: string;
  readonly reason: string;
}

/** One command where there is one, and the choice of another place. */
function mend({ path, reason }: Rejection): string {
  const another = 'set ORIN_REMOTE_DIR to a directory of your own';
  const owned = /^(?:(.+) )?belongs to user /.exec(reason);
  if (owned)
    return `on the board: sudo chown "$(id -un)" ${shellWord(owned[1] ?? path)}, or ${another}`;
  const open = /^(?:others|its group) can write to (.+)$/.exec(reason)?.[1];
  if (open === undefined) return `on the board: ${another}, or unset it`;
  return `on the board: chmod go-w ${shellWord(open === 'it' ? path : open)}, or ${another}`;
}
