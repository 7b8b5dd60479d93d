import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { type FileHash, hashFile } from './hash-file.ts';

/** A file younger than this may still change without its time stamps telling. */
const SETTLED_MS = 2000;

const rememberedSchema = z.object({
  stamp: z.string(),
  sha256: z.string(),
  path: z.string(),
});

/**
 * SHA-256 and size of a file. The hash is remembered in the cache by path, size, inode and time
 * stamps, so that an unchanged file of a hundred megabytes costs one `stat` the next time. Throws
 * what the file system says.
 */
export async function rememberedHash(
  path: string,
  cacheDir: string,
  signal?: AbortSignal,
): Promise<FileHash> {
  const absolute = resolve(path);
  const known = await stat(absolute, { bigint: true });
  const stamp = `${known.size} ${known.ino} ${known.mtimeNs} ${known.ctimeNs}`;
  const memory = `${cacheDir}/hashes/${keyOf(absolute)}`;
  const sha256 = await recall(memory, stamp);
  if (sha256 !== null) return { sha256, sizeBytes: Number(known.size) };
  const hashed = await hashFile(absolute, signal);
  const isSettled = Date.now() - Number(known.ctimeMs) > SETTLED_MS;
  if (isSettled) await remember(memory, { stamp, sha256: hashed.sha256, path: absolute });
  return hashed;
}

/**
 * Paths that held the bytes of this hash when they were last looked at; they may be gone or changed
 * by now.
 */
export async function rememberedPaths(sha256: string, cacheDir: string): Promise<string[]> {
  const directory = `${cacheDir}/hashes`;
  const paths: string[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const known = await readMemory(`${directory}/${name}`);
    if (known?.sha256 === sha256) paths.push(known.path);
  }
  return paths;
}

function keyOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}

async function recall(memory: string, stamp: string): Promise<string | null> {
  const remembered = await readMemory(memory);
  const isSame = remembered?.stamp === stamp && /^[0-9a-f]{64}$/.test(remembered.sha256);
  return isSame ? remembered.sha256 : null;
}

type Remembered = z.infer<typeof rememberedSchema>;

/** Null where it is missing or cannot be read. */
async function readMemory(memory: string): Promise<Remembered | null> {
  try {
    return rememberedSchema.parse(JSON.parse(await readFile(memory, 'utf8')));
  } catch {
    return null;
  }
}

/** Only saves time, so that a cache that cannot be written is no error. */
async function remember(memory: string, remembered: Remembered): Promise<void> {
  const temporary = `${memory}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(resolve(memory, '..'), { recursive: true, mode: 0o700 });
    await writeFile(temporary, JSON.stringify(remembered), { mode: 0o600 });
    await rename(temporary, memory);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}
