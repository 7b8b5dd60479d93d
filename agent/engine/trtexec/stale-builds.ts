import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startTicks } from '../../proc/process-table.ts';

/** `<key>.<pid>.<start ticks>.tmp`: numbers of processes are given again. */
const temporary = /^[0-9a-f]{40}\.(\d{1,10})(?:\.(\d{1,20}))?\.tmp$/;

/** What trtexec writes before it is an engine, named after the process that has it built. */
export function temporaryOf(base: string): string {
  return `${base}.${process.pid}.${startTicks(process.pid) ?? 0}.tmp`;
}

/** Removes what builds that were killed have left; never what a living one writes. */
export function removeStaleBuilds(cachePath: string): void {
  for (const name of readdirSync(cachePath)) {
    const [, pid, ticks] = temporary.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(cachePath, name);
    if (!isAlive(Number(pid), ticks) && !isWritten(path)) rmSync(path, { force: true });
  }
}

function isAlive(pid: number, ticks: string | undefined): boolean {
  const started = startTicks(pid);
  return started !== null && (ticks === undefined || started === Number(ticks));
}

/** By a trtexec that outlived its parent, which it may where the board cannot tie it to that. */
function isWritten(path: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path);
    } catch {
      return false;
    }
  });
}
