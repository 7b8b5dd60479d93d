import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { wholeNumber } from '../board/probe-answer.ts';
import { OrinError } from '../errors.ts';
import { type BoardLimits, boardLimits } from '../link/board-limits.ts';
import type { Link } from '../link/link.ts';
import { newMarker, readMarked } from '../shell/marked-output.ts';
import { program } from '../shell/program.ts';
import sendFile from '../shell/programs/send-file.sh';
import { sh } from '../shell/sh.ts';
import { boardSilent, exitOf, inTime, startInTime, whileHeard } from '../shell/silence.ts';

/** More than a log of days; what is said to be larger is not fetched. */
const MAX_BYTES = 4 * 1024 ** 3;
export interface FetchOptions {
  readonly signal?: AbortSignal;
  readonly limits?: BoardLimits;
}

/**
 * Copies a file from the board, packed on the way; false when it is not there or empty. It may grow
 * meanwhile: what comes is as many bytes as the board told at first, whatever its packing unpacks
 * to.
 * @throws OrinError `board-silent`; `remote-command` when the board sends something else than it
 *   told; the stream's error when the link died or the local disk refused. Nothing half-written
 *   stays.
 */
export async function fetchFile(
  link: Link,
  remotePath: string,
  localPath: string,
  { signal, limits = boardLimits }: FetchOptions = {},
): Promise<boolean> {
  const marker = newMarker();
  const { board } = link;
  const silence = { board, phase: 'fetch', step: `fetching ${remotePath}` } as const;
  const beginning = { ...silence, forMs: limits.startMs };
  const command = sh(program(sendFile, [remotePath, marker]));
  const process = await startInTime(link, command, beginning, signal);
  process.stdin.end();
  process.stderr.resume();
  const { answer, body } = await inTime(process, { ...silence, forMs: limits.fetchMs }, () =>
    readMarked(process.stdout, marker),
  );
  if (answer === null) {
    // Not an empty file: a connection that was lost, which says so here, or no answer of ours.
    await exitOf(process);
    throw new Error(`${board} did not say whether ${remotePath} is there`);
  }
  if (!answer.startsWith('file:')) {
    process.close();
    return false;
  }
  const told = wholeNumber(answer.slice('file:'.length)) ?? 0;
  if (told === 0 || told > MAX_BYTES) {
    process.close();
    const why = told === 0 ? 'it cannot be read there' : `it is said to have ${told} bytes`;
    throw unlike(board, remotePath, why);
  }
  let silent: OrinError | undefined;
  const onSilence = (forMs: number) => {
    silent = boardSilent({ ...silence, forMs });
    process.close();
  };
  try {
    const target = createWriteStream(localPath, { mode: 0o600 });
    const exact = new ExactBytes(told);
    const packed = whileHeard(body, limits.fetchMs, onSilence);
    await pipeline(Readable.from(packed), createGunzip(), exact, target);
    if (exact.bytes < told) throw new Error(`${exact.bytes} of ${told} bytes came`);
    return true;
  } catch (error) {
    await rm(localPath, { force: true });
    if (silent) throw silent;
    if (error instanceof TooMuch) {
      process.close();
      throw unlike(board, remotePath, error.message);
    }
    // Left to end by itself: how it ends tells a lost connection.
    throw error;
  }
}

class TooMuch extends Error {}

/** Passes on so many bytes and fails at more: a few kilobytes may unpack to gigabytes. */
class ExactBytes extends Transform {
  readonly #most: number;
  bytes = 0;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, data?: Buffer) => void,
  ): void {
    this.bytes += chunk.length;
    if (this.bytes > this.#most)
      done(new TooMuch(`it has ${this.#most} bytes there, and more came`));
    else done(null, chunk);
  }
}

function unlike(board: string, path: string, why: string): OrinError {
  return new OrinError({
    code: 'remote-command',
    what: `cannot fetch ${path} from ${board}`,
    why,
    next: `orin-remote doctor ${board}`,
    board,
  });
}
