import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const incoming = /^\.incoming-(.+)-(\d+)$/;

/**
 * Removes what programs that died left behind: of this run, which has been saved, everything; of others only what
 * received nothing, because it died before its run began. Directories of programs that live are theirs.
 */
export async function removeLeftovers(runsDirectory: string, runId: string): Promise<void> {
  for (const name of await readdir(runsDirectory).catch(() => [])) {
    const [, run, pid] = incoming.exec(name) ?? [];
    if (run === undefined || isAlive(Number(pid))) continue;
    const path = join(runsDirectory, name);
    if (run !== runId && !(await isEmpty(path))) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isEmpty(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => ['unreadable']);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(directory, name)).catch(() => null))?.size ?? 1),
  );
  return sizes.every((size) => size === 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
