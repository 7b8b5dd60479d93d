import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runFiles } from './directory.ts';

/**
 * Reads a saved run back from the disk: its journal has this SHA-256 and its other files are there. Asked before the
 * only other copy is removed.
 */
export async function isSavedWhole(directory: string, journalSha256: string): Promise<boolean> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(directory, runFiles.journal)), hash);
    if (hash.digest('hex') !== journalSha256) return false;
    const others = await Promise.all(
      [runFiles.result, runFiles.samples].map((name) => stat(join(directory, name))),
    );
    return others.every(({ size }) => size > 0);
  } catch {
    return false;
  }
}
