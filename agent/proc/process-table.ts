import { readFileSync } from 'node:fs';

/** Identity of this boot: another value means that the board was restarted. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

/** Fields of /proc/<pid>/stat from the third on; null when there is no such process. */
export function statFields(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the program's name in parentheses, may itself hold blanks and parentheses.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/**
 * When a process started, in clock ticks since boot; null when there is no such process (or only
 * its zombie).
 */
export function startTicks(pid: number): number | null {
  const fields = statFields(pid);
  if (fields === null || fields[0] === 'Z' || fields[0] === 'X') return null;
  return Number(fields[19] ?? 0);
}

/**
 * Who started a process, and the name of its program (15 bytes of it); null when there is no such
 * process.
 */
export function parentAndName(pid: number): { parent: number; name: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const end = text.lastIndexOf(')');
    const parent = Number(text.slice(end + 2).split(' ', 2)[1] ?? 0);
    return { parent, name: text.slice(text.indexOf('(') + 1, end) };
  } catch {
    return null;
  }
}

/** CPU time of a process so far; 0 when it is gone. USER_HZ is 100 on every Linux we know of. */
export function processCpu_ns(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)) * 10_000_000;
}

/** How often the kernel's out-of-memory killer struck since boot; 0 where it does not count. */
export function oomKills(): number {
  try {
    return Number(/^oom_kill (\d+)/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
