import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface NamedFileLimits {
  readonly maxBytes: number;
  /** How long a FIFO may go without anybody who writes to it; default 5 s. */
  readonly writerWithinMs?: number;
  /**
   * How long whoever writes to a pipe may say nothing: somebody may be asked for a password there;
   * default 5 min.
   */
  readonly silenceMs?: number;
}

/** Between two looks at a pipe in which nothing is yet. */
const LOOK_AGAIN_MS = 20;
const PIECE_BYTES = 64 * 1024;

/**
 * The bytes of a file that a person named: a regular one, or a pipe, as `<(command)` and /dev/stdin
 * are. Nothing waits for ever.
 * @throws Error as `open` does, or with words for a directory, a device, a FIFO that nobody writes
 *   to, and too many bytes
 */
export async function readNamed(path: string, limits: NamedFileLimits): Promise<Buffer> {
  // Without O_NONBLOCK the opening of a FIFO would wait for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const facts = await file.stat();
    if (facts.isDirectory()) throw new Error('it is a directory');
    if (!facts.isFile() && !facts.isFIFO()) throw new Error('it is neither a file nor a pipe');
    const read = facts.isFIFO() ? pipeReader(file, limits) : () => piece(file);
    return await readAll(read, limits.maxBytes);
  } finally {
    await file.close();
  }
}

/** The bytes of standard input; at a terminal up to Ctrl-D. @throws Error for too many bytes */
export async function readStandardInput(maxBytes: number): Promise<Buffer> {
  const chunks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return await readAll(async () => {
    const next = await chunks.next();
    return next.done ? Buffer.alloc(0) : next.value;
  }, maxBytes);
}

/** Up to a piece of no bytes: /proc/interrupts, like a pipe, tells no size beforehand. */
async function readAll(read: () => Promise<Buffer>, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const next = await read();
    if (next.length === 0) return Buffer.concat(pieces);
    bytes += next.length;
    if (bytes > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`);
    pieces.push(next);
  }
}

async function piece(file: FileHandle): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
  return buffer.subarray(0, bytesRead);
}

/**
 * Read without blocking, a pipe has "no more" both at its end and before its first writer, and "not
 * now" while one has it open. A thread that blocks in `read` could not be told to give up.
 */
function pipeReader(file: FileHandle, limits: NamedFileLimits): () => Promise<Buffer> {
  const { writerWithinMs = 5_000, silenceMs = 300_000 } = limits;
  let hasWriter = false;
  return async () => {
    const beganMs = performance.now();
    for (;;) {
      const read = await pieceNow(file);
      hasWriter ||= read === 'not now' || read.length > 0;
      if (read !== 'not now' && (read.length > 0 || hasWriter)) return read;
      const waitedMs = performance.now() - beganMs;
      if (!hasWriter && waitedMs > writerWithinMs) {
        throw new Error(`it is a pipe to which nobody writes (${writerWithinMs / 1000} s)`);
      }
      if (waitedMs > silenceMs) {
        throw new Error(`whoever writes to it says nothing (${silenceMs / 1000} s)`);
      }
      await sleep(LOOK_AGAIN_MS);
    }
  };
}

async function pieceNow(file: FileHandle): Promise<Buffer | 'not now'> {
  try {
    return await piece(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 'not now';
    throw error;
  }
}
