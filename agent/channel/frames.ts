import { writeSync } from 'node:fs';

/**
 * What a worker or the sampler writes to its supervisor: `[u32 type][u32 length][payload]`, both
 * little-endian. JSON for what is rare, raw doubles for the iterations.
 */
export const frameTypes = { json: 1, samples: 2 } as const;

const headerBytes = 8;
/** Three /proc files of the largest board come to less; anything above is a damaged stream. */
const maxPayloadBytes = 16 * 1024 * 1024;

export interface Frame {
  readonly type: number;
  readonly payload: Buffer;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.byteLength) {
    // A signal that arrives amid a large write ends it early: the rest is ours to send.
    offset += writeSync(fd, bytes, offset, bytes.byteLength - offset);
  }
}

/**
 * Writes one frame and returns when the last byte is in the pipe. Throws EPIPE when the reader is
 * gone.
 */
export function writeFrame(fd: number, type: number, parts: readonly Uint8Array[]): void {
  const header = Buffer.allocUnsafe(headerBytes);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.byteLength, 0),
    4,
  );
  writeAll(fd, header);
  for (const part of parts) writeAll(fd, part);
}

/** One JSON message as one frame. */
export function writeJson(fd: number, message: object): void {
  writeFrame(fd, frameTypes.json, [Buffer.from(JSON.stringify(message))]);
}

/** Cuts a byte stream into frames, whatever the chunks. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;

  /**
   * Takes a chunk and gives the frames it completed; throws on a frame that is none of ours, after
   * those before it.
   */
  *push(chunk: Buffer): Generator<Frame, void> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (let frame = this.#next(); frame !== null; frame = this.#next()) yield frame;
  }

  #next(): Frame | null {
    if (this.#length < headerBytes) return null;
    let head = this.#chunks[0];
    if (head === undefined || head.length < headerBytes) head = this.#join();
    const length = head.readUInt32LE(4);
    if (length > maxPayloadBytes) throw new Error(`frame of ${length} bytes`);
    if (this.#length < headerBytes + length) return null;
    const all = this.#join();
    const rest = all.subarray(headerBytes + length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return { type: head.readUInt32LE(0), payload: all.subarray(headerBytes, headerBytes + length) };
  }

  #join(): Buffer {
    const [only] = this.#chunks;
    const joined = only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
