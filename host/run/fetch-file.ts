import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { wholeNumber } from '../board/probe-answer.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { newMarker, readMarked } from '../shell/marked-output.ts';
import { sh, word } from '../shell/sh.ts';

/** More than a log of days; what is said to be larger is not fetched. */
const MAX_BYTES = 4 * 1024 ** 3;
/** A board that has accepted the command and says nothing for so long is not going to. */
const SILENCE_MS = 60_000;

/**
 * Copies a file from the board, packed on the way; false when it is not there or empty. It may grow meanwhile: what
 * comes is as many bytes as the board told at first, whatever its packing unpacks to.
 * @throws OrinError `remote-command` when the board goes silent or sends something else than it told; the stream's
 * error when the link died or the local disk refused. Nothing half-written stays.
 */
export async function fetchFile(
  link: Link,
  remotePath: string,
  localPath: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const marker = newMarker();
  const file = word(remotePath);
  const script = [
    `[ -s ${file} ] || { echo; echo ${marker}none; exit 0; }`,
    'echo',
    `s=$(wc -c < ${file})`,
    `echo ${marker}file:$((s))`,
    `head -c $s ${file} | gzip -1 -c`,
  ];
  const process = await link.start(sh(script.join('; ')), signal);
  process.stdin.end();
  process.stderr.resume();
  const watch = new SilenceWatch(() => process.close());
  const { answer, body } = await readMarked(process.stdout, marker).finally(() => watch.stop());
  if (watch.isOver) throw unlike(link.board, remotePath, SILENT);
  if (answer === null) {
    // Not an empty file: a connection that was lost, which says so here, or no answer of ours.
    await process.exit;
    throw new Error(`${link.board} did not say whether ${remotePath} is there`);
  }
  if (!answer.startsWith('file:')) {
    process.close();
    return false;
  }
  const told = wholeNumber(answer.slice('file:'.length)) ?? 0;
  if (told === 0 || told > MAX_BYTES) {
    process.close();
    const why = told === 0 ? 'it cannot be read there' : `it is said to have ${told} bytes`;
    throw unlike(link.board, remotePath, why);
  }
  watch.start();
  try {
    const target = createWriteStream(localPath, { mode: 0o600 });
    const exact = new ExactBytes(told);
    await pipeline(Readable.from(watched(body, watch)), createGunzip(), exact, target);
    if (exact.bytes < told) throw new Error(`${exact.bytes} of ${told} bytes came`);
    return true;
  } catch (error) {
    await rm(localPath, { force: true });
    if (watch.isOver) throw unlike(link.board, remotePath, SILENT);
    if (error instanceof TooMuch) {
      process.close();
      throw unlike(link.board, remotePath, error.message);
    }
    // Left to end by itself: how it ends tells a lost connection.
    throw error;
  } finally {
    watch.stop();
  }
}

const SILENT = `it has said nothing for ${SILENCE_MS / 1000} s`;

async function* watched(
  body: AsyncIterable<Buffer>,
  watch: SilenceWatch,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of body) {
    watch.start();
    yield chunk;
  }
}

/** Closes a command that goes silent. */
class SilenceWatch {
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  isOver = false;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
    this.start();
  }

  /** Something was heard: counts anew. */
  start(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#onSilence();
    }, SILENCE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
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
