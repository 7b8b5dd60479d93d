import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { WrittenOf } from '../contract/events.ts';
import type { MappedLibrary } from '../proc/mapped-libraries.ts';

type Told = WrittenOf<'mapped'>['libraries'][number];

/** CUDA's own take gigabytes and name their version in their path: they are told without a hash. */
const hashed = /^libonnxruntime|^libnvinfer\.so/;

/**
 * What libraries mapped by processes of a run are. A file is hashed once a run, as long as its
 * device, inode, size and time of change stay the same.
 */
export class LibraryHashes {
  readonly #hashes = new Map<string, Promise<string | null>>();

  /** `namedPath`: the library that the cell names, which is told from the others by its file. */
  async identify(
    libraries: readonly MappedLibrary[],
    namedPath: string | null,
  ): Promise<readonly Told[]> {
    const named = namedPath === null ? null : await identityOf(namedPath);
    return await Promise.all(libraries.map((library) => this.#told(library, named?.id ?? null)));
  }

  async #told({ path, inode }: MappedLibrary, namedId: string | null): Promise<Told> {
    const file = await identityOf(path);
    // Another file has taken its place: what is mapped cannot be read any more.
    const isThere = file !== null && file.inode === inode;
    const isNamed = isThere && file.id === namedId;
    const wantsHash = isThere && (isNamed || hashed.test(basename(path)));
    return {
      path: path.slice(0, 1024),
      bytes: isThere ? file.bytes : null,
      sha256: wantsHash ? await this.#hash(path, file.key) : null,
      ...(isNamed && { isNamed }),
    };
  }

  #hash(path: string, key: string): Promise<string | null> {
    const known = this.#hashes.get(key) ?? hashFile(path);
    this.#hashes.set(key, known);
    return known;
  }
}

interface Identity {
  readonly inode: number;
  readonly bytes: number;
  readonly id: string;
  readonly key: string;
}

async function identityOf(path: string): Promise<Identity | null> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    const id = `${dev}:${ino}`;
    return { inode: ino, bytes: size, id, key: `${id}:${size}:${mtimeMs}:${ctimeMs}` };
  } catch {
    return null;
  }
}

async function hashFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
    return hash.digest('hex');
  } catch {
    return null;
  }
}
