import { basename, resolve } from 'node:path';
import { hashFile } from '../../workstation/hash-file.ts';
import { rememberedHash } from '../../workstation/remembered-hash.ts';
import type { StoreFile } from './store-file.ts';

export interface StoreFileOptions {
  readonly isCompressible: boolean;
  /** Default: the file's own name. */
  readonly name?: string;
  /** Where known hashes are kept; without it every call reads the whole file. */
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
}

/**
 * A file on the workstation as a store file.
 * @throws Error from the file system when it cannot be read.
 */
export async function storeFileFrom(path: string, options: StoreFileOptions): Promise<StoreFile> {
  const { cacheDir, signal } = options;
  const { sha256, sizeBytes } = await (cacheDir
    ? rememberedHash(path, cacheDir, signal)
    : hashFile(path, signal));
  return {
    sha256,
    sizeBytes,
    name: options.name ?? basename(path),
    source: { kind: 'path', path: resolve(path) },
    isCompressible: options.isCompressible,
  };
}
