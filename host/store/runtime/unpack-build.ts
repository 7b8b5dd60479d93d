import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadEntry } from 'tar';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { hashFile } from '../../workstation/hash-file.ts';

/**
 * More than any build of ONNX Runtime with all its providers; a tarball that unpacks to more is
 * none.
 */
const maxBytes = 8 * 1024 ** 3;
const maxEntries = 20_000;

/**
 * Directory of the package in a tarball, unpacked once below the cache by the tarball's hash. Takes
 * plain files, directories and links to a neighbour
 * (`libonnxruntime.so.1 -> libonnxruntime.so.1.30.0`); a tarball that names anything outside of
 * itself is refused whole.
 * @throws Error with the reason; the signal's.
 */
export async function unpackBuild(
  path: string,
  cacheDir: string,
  signal: AbortSignal,
): Promise<string> {
  const { sha256 } = await hashFile(path, signal);
  const directory = `${cacheDir}/ort/${sha256}`;
  if ((await stat(directory).catch(() => null)) !== null) return await packageIn(directory);
  const temporary = `${directory}.${randomBytes(6).toString('hex')}.tmp`;
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  try {
    const { extract } = await import('tar');
    const watch = new EntryWatch();
    await extract({
      file: path,
      cwd: temporary,
      strict: true,
      filter: (_name, entry) => watch.mayPass(entry as ReadEntry),
    });
    if (watch.refusal !== null) throw new Error(watch.refusal);
    signal.throwIfAborted();
    await rename(temporary, directory);
    return await packageIn(directory);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** `npm pack` puts everything below `package/`; others have another name for it, or none. */
async function packageIn(directory: string): Promise<string> {
  const [only, ...others] = await readdir(directory);
  return only === undefined || others.length > 0 ? directory : join(directory, only);
}

class EntryWatch {
  /** Why the tarball is refused; null while nothing is wrong with it. */
  refusal: string | null = null;
  #entries = 0;
  #bytes = 0;

  mayPass({ path, type, size, linkpath }: ReadEntry): boolean {
    this.#entries += 1;
    this.#bytes += size;
    if (path.startsWith('/') || path.split('/').includes('..')) {
      this.#refuse(`it would write outside of its directory: ${path}`);
    } else if (this.#entries > maxEntries || this.#bytes > maxBytes) {
      this.#refuse('it unpacks to more than any build of ONNX Runtime');
    } else if (type === 'SymbolicLink' && !isNeighbour(linkpath)) {
      this.#refuse(`it holds a link to elsewhere: ${path} -> ${linkpath}`);
    } else if (!['File', 'OldFile', 'Directory', 'SymbolicLink'].includes(type)) {
      this.#refuse(`it holds something that is no file: ${path} (${type})`);
    }
    return this.refusal === null;
  }

  #refuse(why: string): void {
    this.refusal ??= cleanLine(why, 300);
  }
}

function isNeighbour(target: string | undefined): boolean {
  return target !== undefined && target !== '..' && !target.includes('/');
}
