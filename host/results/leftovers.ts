import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes what programs that died while they followed this run left behind; the run itself has been saved. Directories of
 * programs that live are theirs.
 */
export async function removeLeftovers(runsDirectory: string, runId: string): Promise<void> {
  const prefix = `.incoming-${runId}-`;
  for (const name of await readdir(runsDirectory).catch(() => [])) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (!/^\d+$/.test(pid) || isAlive(Number(pid))) continue;
    await rm(join(runsDirectory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
