import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import { formatBytes } from '../../quantities/bytes.ts';
import { sshWords } from '../../reach/config/target-name.ts';

export interface FailedUpload {
  readonly name: string;
  readonly sizeBytes: number;
  readonly directory: string;
  /** What the board's tools said; cleaned. */
  readonly stderr: string;
}

const full = /No space left on device|quota exceeded/i;
const readOnly = /Read-only file system/i;

/** Whether the board's tools complained of its disk rather than of our bytes. */
export function isDiskError(stderr: string): boolean {
  return full.test(stderr) || readOnly.test(stderr);
}

/** Turns what the board's own tools said into the error for people. */
export function uploadError(link: Link, failed: FailedUpload): OrinError {
  const { board } = link;
  const where = `${failed.name} to ${board}`;
  const size = formatBytes(failed.sizeBytes);
  if (full.test(failed.stderr)) {
    return new OrinError({
      code: 'no-space',
      what: `the disk of ${board} filled up while ${failed.name} (${size}) was sent`,
      why: lastLine(failed.stderr),
      next: `free some space in ${failed.directory}, or \`orin-remote clean ${board}\``,
      board,
    });
  }
  if (readOnly.test(failed.stderr)) {
    return new OrinError({
      code: 'push-failed',
      what: `cannot send ${where}`,
      why: `${failed.directory} is read-only: ${lastLine(failed.stderr)}`,
      next: `check the board's disk: \`ssh ${sshWords(board)} dmesg\` often shows why it was remounted read-only`,
      board,
    });
  }
  return new OrinError({
    code: 'push-failed',
    what: `cannot send ${where} (${size})`,
    why: lastLine(failed.stderr) || 'the board received other bytes than were sent',
    next: 'run the command again; what arrived whole is not sent twice',
    board,
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
