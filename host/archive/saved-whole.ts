import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../workstation/hash-file.ts';
import { runFiles } from './directory.ts';

/**
 * Reads a saved run back from the disk: its journals, by name, have these SHA-256 and its other
 * files are there. Asked before the only other copy is removed.
 */
export async function isSavedWhole(
  directory: string,
  journals: ReadonlyMap<string, string>,
): Promise<boolean> {
  try {
    for (const [name, sha256] of journals) {
      if ((await hashFile(join(directory, name))).sha256 !== sha256) return false;
    }
    const others = await Promise.all(
      [runFiles.result, runFiles.samples].map((name) => stat(join(directory, name))),
    );
    return others.every(({ size }) => size > 0);
  } catch {
    return false;
  }
}
