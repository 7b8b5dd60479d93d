import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import * as z from 'zod/mini';
import { hashRange, openPath } from './byte-source.ts';
import type { StoreFile } from './store-file.ts';

export interface HashOptions {
  readonly isCompressible: boolean;
  /** Default: the file's own name. */
  readonly name?: string;
  /** Where known hashes are kept; without it every call reads the whole file. */
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
}

/** A file younger than this may still change without its time stamps telling. */
const SETTLED_MS = 2000;

const rememberedSchema = z.object({ stamp: z.string(), sha256: z.string() });

/**
 * A file on the workstation as a store file. Its hash is remembered by path, size, inode and time stamps, so that
 * an unchanged file of a hundred megabytes costs one `stat` the next time.
 * @throws Error from the file system when it cannot be read.
 */
export async function hashFile(path: string, options: HashOptions): Promise<StoreFile> {
  const absolute = resolve(path);
  const known = await stat(absolute, { bigint: true });
  const stamp = `${known.size} ${known.ino} ${known.mtimeNs} ${known.ctimeNs}`;
  const memory = options.cacheDir && `${options.cacheDir}/hashes/${keyOf(absolute)}`;
  let sha256 = memory ? await recall(memory, stamp) : null;
  if (sha256 === null) {
    const source = await openPath(absolute, Number(known.size), basename(absolute));
    try {
      sha256 = await hashRange(source, 0, source.sizeBytes, options.signal);
    } finally {
      await source.close();
    }
    const isSettled = Date.now() - Number(known.ctimeMs) > SETTLED_MS;
    if (memory && isSettled) await remember(memory, stamp, sha256);
  }
  return {
    sha256,
    sizeBytes: Number(known.size),
    name: options.name ?? basename(absolute),
    source: { kind: 'path', path: absolute },
    isCompressible: options.isCompressible,
  };
}

function keyOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}

async function recall(memory: string, stamp: string): Promise<string | null> {
  try {
    const remembered = rememberedSchema.parse(JSON.parse(await readFile(memory, 'utf8')));
    const isSame = remembered.stamp === stamp && /^[0-9a-f]{64}$/.test(remembered.sha256);
    return isSame ? remembered.sha256 : null;
  } catch {
    return null;
  }
}

/** Only saves time, so that a cache that cannot be written is no error. */
async function remember(memory: string, stamp: string, sha256: string): Promise<void> {
  const temporary = `${memory}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(resolve(memory, '..'), { recursive: true, mode: 0o700 });
    await writeFile(temporary, JSON.stringify({ stamp, sha256 }), { mode: 0o600 });
    await rename(temporary, memory);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}
