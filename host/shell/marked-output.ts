import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Noise that login scripts may print before our marker; more than this is no login script. */
export const MAX_NOISE_BYTES = 256 * 1024;

/** What no login script prints: begins the lines of one command that are ours. */
export function newMarker(): string {
  return `@orin:${randomBytes(6).toString('hex')}:`;
}

/** A command's output from its marker line on. */
export interface MarkedOutput {
  /** What stood behind the marker on its line; null when the marker never came. Untrusted text. */
  readonly answer: string | null;
  /** The bytes after the marker's line; without a marker, all that was printed. */
  readonly body: AsyncIterable<Buffer>;
}

/** Reads past whatever login scripts print, up to the line that begins our own output. */
export async function readMarked(stdout: Readable, marker: string): Promise<MarkedOutput> {
  const chunks = stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  while (head.length <= MAX_NOISE_BYTES) {
    const at = head.indexOf(marker);
    const end = at < 0 ? -1 : head.indexOf(0x0a, at);
    if (end >= 0) {
      const answer = head.subarray(at + marker.length, end).toString('latin1');
      return { answer, body: continued(head.subarray(end + 1), chunks) };
    }
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return { answer: null, body: continued(head, chunks) };
}

async function* continued(first: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

/**
 * The last `maxBytes` of a stream, drained to its end; a stream that dies gives what it gave until
 * then.
 */
export async function lastBytes(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  let kept = Buffer.alloc(0);
  try {
    for await (const chunk of stream) kept = Buffer.concat([kept, chunk]).subarray(-maxBytes);
  } catch {
    // The link died: what was read until then is all there is.
  }
  return kept.toString('utf8');
}
