import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import { hashFile } from '../../workstation/hash-file.ts';
import { rememberedHash } from '../../workstation/remembered-hash.ts';
import { unavailable } from './npm-failure.ts';
import { npmPack } from './npm-pack.ts';

export type BoardPlatform = 'linux-arm64' | 'linux-x64';

/**
 * The Node that boards get: 24 runs on glibc 2.28 and newer with nothing beside it, where 26 needs
 * libatomic.so.1, which a bare board lacks. Integrity and size as the npm registry states them for
 * these exact versions; `sha256` of the program in it.
 */
export const NODE_VERSION = '24.21.0';
const packages: Readonly<
  Record<
    BoardPlatform,
    { integrity: string; sizeBytes: number; sha256: string; programBytes: number }
  >
> = {
  'linux-arm64': {
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    sizeBytes: 52_450_846,
    sha256: '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
    programBytes: 122_893_672,
  },
  'linux-x64': {
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    sizeBytes: 52_504_722,
    sha256: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    programBytes: 126_595_440,
  },
};

/** Size of the program that a board gets. */
export function nodeProgramBytes(platform: BoardPlatform): number {
  return packages[platform].programBytes;
}

/** How far the download of Node is. */
interface DownloadProgress {
  readonly what: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

export interface FetchOptions {
  /** Use only what the cache holds. */
  readonly offline: boolean;
  /** `$XDG_CACHE_HOME/orin-remote`. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
}

/**
 * The path of the Node program for a platform, from the cache or else from the npm registry, by
 * this person's own npm configuration. One in the cache that is not what was published is fetched
 * anew. Two programs may do this at once.
 * @throws OrinError `runtime-unavailable` with the way out; the signal's reason.
 */
export async function nodeProgram(platform: BoardPlatform, options: FetchOptions): Promise<string> {
  const directory = `${options.cacheDir}/node`;
  const path = `${directory}/node-${NODE_VERSION}-${platform}`;
  const cached = await rememberedHash(path, options.cacheDir, options.signal).catch(() => null);
  options.signal.throwIfAborted();
  if (cached?.sha256 === packages[platform].sha256) return path;
  if (options.offline) throw notCached(platform, directory, cached !== null);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await download(platform, temporary, options);
    await rename(temporary, path);
  } catch (error) {
    throw isDiskError(error) ? notKept(directory, error) : error;
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
  return path;
}

async function download(
  platform: BoardPlatform,
  target: string,
  options: FetchOptions,
): Promise<void> {
  const { integrity, sizeBytes } = packages[platform];
  const spec = `node-${platform}@${NODE_VERSION}`;
  const directory = `${target}.npm`;
  const onBytes = (bytes: number) =>
    options.onProgress({
      what: `Node ${NODE_VERSION}`,
      receivedBytes: Math.min(bytes, sizeBytes),
      totalBytes: sizeBytes,
    });
  try {
    const { signal } = options;
    const tarball = await npmPack(spec, { directory, integrity, signal, onBytes });
    await unpackNode(tarball, target);
    const { sha256 } = await hashFile(target, signal);
    if (sha256 !== packages[platform].sha256) throw new Error(`its program has SHA-256 ${sha256}`);
  } catch (error) {
    options.signal.throwIfAborted();
    throw isDiskError(error) ? error : unavailable(spec, error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Takes `package/bin/node` out of a package's tarball, and nothing else of its thousands of files.
 */
async function unpackNode(tarball: string, target: string): Promise<void> {
  const { extract } = await import('tar');
  const directory = `${target}.d`;
  await mkdir(directory, { mode: 0o700 });
  try {
    const filter = (path: string) => path === 'package/bin/node';
    await extract({ file: tarball, cwd: directory, filter, strip: 2, strict: true });
    await rename(`${directory}/node`, target);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function notCached(platform: BoardPlatform, directory: string, isDamaged: boolean): OrinError {
  return new OrinError({
    code: 'runtime-unavailable',
    what: `Node ${NODE_VERSION} for ${platform} is not in the cache`,
    why: `--offline was given, and ${directory} ${isDamaged ? 'holds a damaged one' : 'does not hold it'}`,
    next: 'run the same command once without --offline while the npm registry can be reached',
  });
}

// ENOENT is what a recursive mkdir says on a read-only file system.
const diskErrors = new Set([
  'EACCES',
  'EDQUOT',
  'EEXIST',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
]);

function isDiskError(error: unknown): error is Error {
  return error instanceof Error && diskErrors.has((error as NodeJS.ErrnoException).code ?? '');
}

function notKept(directory: string, error: Error): OrinError {
  return new OrinError({
    code: 'runtime-unavailable',
    what: `cannot keep Node ${NODE_VERSION} in ${directory}`,
    why: cleanLine(error.message),
    next: 'make room there, or set XDG_CACHE_HOME to a directory that can be written',
    cause: error,
  });
}
