import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { OrinError } from '../../errors.ts';
import type { StoreFile } from './store-file.ts';

/** Bytes that can be read at any place, from a file or from memory. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Fills `buffer` from `position`; returns the bytes read, 0 only at the end. */
  read(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens what a store file is made of.
 * @throws OrinError `push-failed` when the file cannot be opened or has changed its size since it
 *   was hashed.
 */
export async function openSource(file: StoreFile): Promise<ByteSource> {
  if (file.source.kind === 'path') return openPath(file.source.path, file.sizeBytes, file.name);
  const bytes = Buffer.from(file.source.bytes);
  return {
    name: file.name,
    sizeBytes: bytes.length,
    read: async (buffer, position) => bytes.copy(buffer, 0, position),
    close: async () => {},
  };
}

/** The same for any path whose size must be `sizeBytes`. */
export async function openPath(path: string, sizeBytes: number, name: string): Promise<ByteSource> {
  try {
    const handle = await open(path);
    const { size } = await handle.stat();
    if (size !== sizeBytes) {
      await handle.close();
      throw new Error(`it had ${sizeBytes} bytes when it was read first and has ${size} now`);
    }
    return {
      name,
      sizeBytes: size,
      read: async (buffer, position) =>
        (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
      close: () => handle.close(),
    };
  } catch (cause) {
    throw new OrinError({
      code: 'push-failed',
      what: `cannot read ${name} (${path})`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'run the command again',
      cause,
    });
  }
}

/** SHA-256 (hex) of the bytes from `startByte` up to `endByte`. */
export async function hashRange(
  source: ByteSource,
  startByte: number,
  endByte: number,
  signal?: AbortSignal,
): Promise<string> {
  const hash: Hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (let position = startByte; position < endByte; ) {
    signal?.throwIfAborted();
    const wanted = buffer.subarray(0, Math.min(buffer.length, endByte - position));
    const length = await source.read(wanted, position);
    if (length === 0) break;
    hash.update(wanted.subarray(0, length));
    position += length;
  }
  return hash.digest('hex');
}
