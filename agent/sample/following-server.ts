import { readdirSync, readFileSync } from 'node:fs';
import { parentAndName } from '../proc/process-table.ts';

const servers = /^(sshd|sshd-session|dropbear)$/;
const shells = /^((ba|da|z|fi|tc|c|k|mk|a|r)?sh|busybox)$/;
/** `tail`, the script's shell, the user's login shell, the server. */
const maxSteps = 4;

/**
 * The pid of the SSH server that brings the workstation the journal at `journalPath`: the one above
 * the `tail` that follows it, with nothing but shells in between. Null where there is none, or
 * where it is not told.
 */
export function followingServer(journalPath: string): number | null {
  for (const name of processNames()) {
    const pid = Number(name);
    if (parentAndName(pid)?.name !== 'tail' || !hasArgument(pid, journalPath)) continue;
    const server = serverAbove(pid);
    if (server !== null) return server;
  }
  return null;
}

function serverAbove(tail: number): number | null {
  let pid = parentAndName(tail)?.parent ?? 0;
  for (let step = 0; step < maxSteps; step++) {
    const process = parentAndName(pid);
    if (process === null) return null;
    if (servers.test(process.name)) return pid;
    if (!shells.test(process.name)) return null;
    pid = process.parent;
  }
  return null;
}

function processNames(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d{1,10}$/.test(name));
  } catch {
    return [];
  }
}

function hasArgument(pid: number, argument: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(argument);
  } catch {
    return false;
  }
}
