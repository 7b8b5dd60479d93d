import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { openRegular } from './regular-file.ts';

export interface FileHash {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * SHA-256 and size of a file, or of its first `firstBytes` bytes (at least one), read once in
 * pieces. Throws what the file system says, and what `openRegular` does.
 */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
  firstBytes?: number,
): Promise<FileHash> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const end = firstBytes === undefined ? {} : { end: firstBytes - 1 };
  const file = await openRegular(path);
  await pipeline(
    file.createReadStream({ highWaterMark: 1024 * 1024, ...end }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        sizeBytes += chunk.length;
      }
    },
    signal ? { signal } : {},
  );
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** SHA-256 of bytes, lower-case hexadecimal. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
