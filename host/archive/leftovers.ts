import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runFiles } from './directory.ts';
import { isOwnerGone, ownerFile } from './spool-owner.ts';

const incoming = /^\.incoming-(.+)-(\d+)$/;

/**
 * Removes what programs that died left behind of what they received: nothing, because they died
 * before their run began, or no more than is saved under the run's own name. Journals that are
 * nowhere else here stay, to be opened as partial runs, and directories of programs that live are
 * theirs. Never fails: to tidy up is nobody's purpose.
 */
export async function removeLeftovers(runsDirectory: string): Promise<void> {
  for (const name of await readdir(runsDirectory).catch(() => [])) {
    const [, runId, pid] = incoming.exec(name) ?? [];
    if (runId === undefined) continue;
    const path = join(runsDirectory, name);
    if (!(await isOwnerGone(path, Number(pid)))) continue;
    if (!(await holdsNothingNew(path, join(runsDirectory, runId)))) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Made from the journal, so never the only copy of anything. */
const derived: ReadonlySet<string> = new Set([ownerFile, runFiles.result, runFiles.samples]);

/**
 * Every file of it is empty, or as long at least in the saved run: both are the first bytes of the
 * same.
 */
async function holdsNothingNew(directory: string, saved: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => null);
  if (names === null) return false;
  const isKnown = await Promise.all(
    names.map(async (name) => {
      const size = await sizeOf(join(directory, name));
      if (size === 0 || derived.has(name)) return true;
      return size !== null && size <= ((await sizeOf(join(saved, name))) ?? -1);
    }),
  );
  return isKnown.every(Boolean);
}

async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}
