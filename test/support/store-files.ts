import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { StoreFile } from '../../host/store/push/store-file.ts';
import { type Runtime, runtimeOf } from '../../host/store/runtime/runtime.ts';

/** A store file on disk with this content. */
export function fileOnDisk(
  path: string,
  content: Uint8Array,
  isCompressible = false,
): StoreFile & { readonly source: { readonly kind: 'path' } } {
  writeFileSync(path, content);
  return {
    sha256: sha256Of(content),
    sizeBytes: content.length,
    name: path.split('/').at(-1) ?? path,
    source: { kind: 'path', path },
    isCompressible,
  };
}

export function fileInMemory(name: string, content: Uint8Array | string): StoreFile {
  const bytes = Buffer.from(content);
  return {
    sha256: sha256Of(bytes),
    sizeBytes: bytes.length,
    name,
    source: { kind: 'bytes', bytes },
    isCompressible: false,
  };
}

/** Bytes that do not compress, like weights. */
export function noise(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes);
}

/** Bytes that compress well but differ everywhere, like an executable. */
export function compressible(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at + 4 <= sizeBytes; at += 16) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes;
}

/** A runtime without Node in it: a shell script stands where the program would. */
export function smallRuntime(extra: StoreFile[] = []): Runtime {
  return runtimeOf([
    { path: 'bin/node', mode: 0o700, file: fileInMemory('node', '#!/bin/sh\necho node\n') },
    { path: 'agent.cjs', mode: 0o600, file: fileInMemory('agent.cjs', 'agent') },
    ...extra.map((file, index) => ({
      path: `lib/${index}`,
      mode: 0o600 as const,
      file,
    })),
  ]);
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function sha256OfFile(path: string): string {
  return sha256Of(readFileSync(path));
}
