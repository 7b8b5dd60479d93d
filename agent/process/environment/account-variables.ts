import { fstatSync, readFileSync } from 'node:fs';
import type { Variables } from './variables.ts';

/** A kernel's ARG_MAX is two megabytes as a rule. */
const maxBytes = 4 * 1024 * 1024;

/**
 * The variables that the account on the board gives its commands. The launching shell hands over
 * its own /proc/<pid>/environ as standard input, because the supervisor starts without them
 * (`env -i`) and nothing else passes them unseen by other users. Without such a file they are those
 * of this process.
 */
export function accountVariables(fd: number, own: Variables): Variables {
  const bytes = fileAt(fd);
  return bytes === null || bytes.length === 0 ? { ...own } : parseEnviron(bytes);
}

/**
 * Entries `NAME=value`, each ended by a NUL: proc_pid_environ(5). The first of a name counts, as
 * for getenv(3).
 */
export function parseEnviron(bytes: Buffer): Variables {
  const entries = bytes.subarray(0, maxBytes).toString('utf8').split('\0');
  return Object.fromEntries(
    entries.toReversed().flatMap((entry): [string, string][] => {
      const at = entry.indexOf('=');
      return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)]] : [];
    }),
  );
}

/** Null when it is a terminal, a pipe, /dev/null or closed: nothing is waited for. */
function fileAt(fd: number): Buffer | null {
  try {
    return fstatSync(fd).isFile() ? readFileSync(fd) : null;
  } catch {
    return null;
  }
}
