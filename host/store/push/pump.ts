import { OrinError } from '../../errors.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * One read and one write of a megabyte each are under way: larger gains nothing, smaller costs
 * calls.
 */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads the range and hands it to `write` in order, two reused buffers long: `write` must settle
 * only when it no longer needs its bytes. `onSent` is told after each settled write.
 * @throws OrinError `push-failed` when the source ends before the range does, and what `write`
 *   throws.
 */
export async function pump(
  source: ByteSource,
  range: { readonly startByte: number; readonly endByte: number },
  write: (chunk: Buffer) => Promise<void>,
  onSent: (bytes: number) => void,
): Promise<void> {
  const chunkBytes = Math.min(CHUNK_BYTES, range.endByte - range.startByte);
  let free = Buffer.allocUnsafeSlow(chunkBytes);
  let other = Buffer.allocUnsafeSlow(chunkBytes);
  let writing = Promise.resolve();
  for (let position = range.startByte; position < range.endByte; ) {
    const wanted = free.subarray(0, Math.min(chunkBytes, range.endByte - position));
    const length = await source.read(wanted, position);
    if (length === 0) throw shrunk(source, position);
    await writing;
    writing = write(wanted.subarray(0, length)).then(() => onSent(length));
    // Awaited in the next turn; until then a rejection must not count as unhandled.
    writing.catch(() => {});
    [free, other] = [other, free];
    position += length;
  }
  await writing;
}

function shrunk(source: ByteSource, position: number): OrinError {
  return new OrinError({
    code: 'push-failed',
    what: `${source.name} shrank while it was sent`,
    why: `it ended at byte ${position} of ${source.sizeBytes}`,
    next: 'run the command again',
  });
}
