import { StringDecoder } from 'node:string_decoder';
import { cleanText } from '../../../agent/contract/clean-text.ts';
import type { OrinError } from '../../errors.ts';
import { type BoardLimits, boardLimits } from '../../link/board-limits.ts';
import type { Link, RemoteProcess } from '../../link/link.ts';
import { startFed } from '../../shell/fed-script.ts';
import { newMarker } from '../../shell/marked-output.ts';
import { boardSilent } from '../../shell/silence.ts';

/**
 * The other side stopped reading before everything was written; why, its answer and `finish` tell.
 */
export class ReaderGone extends Error {}

/** A script on the board that is fed through its standard input and answers in marked lines. */
export interface Exchange {
  /** Settles when the bytes were taken over; throws `ReaderGone` when the script ends first. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the script's standard input. */
  end(): void;
  /**
   * The next answer without its marker; null when the script ended. The board may first have to
   * read and write so many bytes.
   */
  answer(workBytes?: number): Promise<string | null>;
  /**
   * Waits for the script's end; cleaned standard error. @throws what the link threw when it died.
   */
  finish(): Promise<{ readonly stderr: string }>;
  /** Closes the channel at once. */
  close(): void;
}

/** A slow card, read, hashed and written at once: 1 MB/s. */
const SLOWEST_BYTES_PER_MS = 1000;

export interface ExchangeOptions {
  readonly step: string;
  readonly signal: AbortSignal;
  readonly limits?: BoardLimits;
}

/**
 * Starts a script on the board, which from then on reads; in it, `say WORDS` prints an answer.
 * Answers are told from login noise by a random marker at the start of their line. A board that
 * neither takes nor says anything in time ends it: `finish` then throws `board-silent`.
 * @throws what `startFed` throws.
 */
export async function openExchange(
  link: Link,
  script: string,
  { step, signal, limits = boardLimits }: ExchangeOptions,
): Promise<Exchange> {
  const marker = newMarker();
  const say = `say() { echo; echo "${marker}$*"; }`;
  const process = await startFed(link, `${say}; ${script}`, {
    step,
    phase: 'push',
    startWithinMs: limits.startMs,
    readyWithinMs: limits.startMs,
    signal,
  });
  const close = () => process.close();
  signal.addEventListener('abort', close, { once: true });
  const ended = endOf(process, signal).finally(() => signal.removeEventListener('abort', close));
  const stderr = keepText(process);
  const answer = collectAnswers(process, marker);
  process.stdin.on('error', () => {});
  let silent: OrinError | undefined;
  const watched = async <T>(work: Promise<T>, forMs = limits.pushMs): Promise<T> => {
    const timer = setTimeout(() => {
      silent ??= boardSilent({ board: link.board, phase: 'push', step, forMs });
      close();
    }, forMs);
    return await work.finally(() => clearTimeout(timer));
  };
  return {
    write: (chunk) => watched(writeOrGone(process, chunk, ended)),
    end: () => process.stdin.end(),
    answer: (workBytes = 0) => watched(answer(), limits.pushMs + workBytes / SLOWEST_BYTES_PER_MS),
    finish: async () => {
      const { error } = await watched(ended);
      if (error) throw error;
      if (silent) throw silent;
      return { stderr: await stderr };
    },
    close,
  };
}

/** Never rejects, so that nobody has to be listening at the moment when a link dies. */
async function endOf(process: RemoteProcess, signal: AbortSignal): Promise<{ error?: unknown }> {
  try {
    await process.exit;
    return signal.aborted ? { error: signal.reason } : {};
  } catch (error) {
    return { error: signal.aborted ? signal.reason : error };
  }
}

function writeOrGone(
  process: RemoteProcess,
  chunk: Uint8Array,
  ended: Promise<unknown>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // A channel that its other side closed never calls a write back.
    void ended.then(() => reject(new ReaderGone()));
    process.stdin.write(chunk, (error) => (error ? reject(new ReaderGone()) : resolve()));
  });
}

async function keepText(process: RemoteProcess): Promise<string> {
  let text = '';
  try {
    for await (const chunk of process.stderr) {
      if (text.length < 8000) text += (chunk as Buffer).toString('utf8');
    }
  } catch {
    // The link died: what was said until then is all there is.
  }
  return cleanText(text, 1000).trim();
}

/**
 * Answers as they come: read without waiting to be asked, because an unread channel never closes.
 */
function collectAnswers(process: RemoteProcess, marker: string): () => Promise<string | null> {
  const arrived: string[] = [];
  const waiting: ((answer: string | null) => void)[] = [];
  let isOver = false;
  const settle = () => {
    while (waiting.length > 0 && (arrived.length > 0 || isOver)) {
      waiting.shift()?.(arrived.shift() ?? null);
    }
  };
  const read = async () => {
    for await (const line of markedLines(process, marker)) {
      if (arrived.length < 1000) arrived.push(line);
      settle();
    }
    isOver = true;
    settle();
  };
  void read();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      settle();
    });
}

async function* markedLines(process: RemoteProcess, marker: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of process.stdout) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      // No answer is long: what has no line end by then is noise.
      rest = (lines.pop() ?? '').slice(-4096);
      for (const line of lines) {
        if (line.startsWith(marker)) yield line.slice(marker.length).trim().slice(0, 4096);
      }
    }
  } catch {
    // The link died: `finish` says so.
  }
}
