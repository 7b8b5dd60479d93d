import { StringDecoder } from 'node:string_decoder';
import { cleanText } from '../../agent/protocol/clean-text.ts';
import type { Link, RemoteProcess } from '../link/link.ts';
import { startFed } from '../shell/fed-script.ts';
import { newMarker } from '../shell/marked-output.ts';

/** The other side stopped reading before everything was written; why, its answer and `finish` tell. */
export class ReaderGone extends Error {}

/** A script on the board that is fed through its standard input and answers in marked lines. */
export interface Exchange {
  /** Settles when the bytes were taken over; throws `ReaderGone` when the script ends first. */
  write(chunk: Uint8Array): Promise<void>;
  /** Ends the script's standard input. */
  end(): void;
  /** The next answer without its marker; null when the script ended. */
  answer(): Promise<string | null>;
  /** Waits for the script's end; cleaned standard error. @throws what the link threw when it died. */
  finish(): Promise<{ readonly stderr: string }>;
  /** Closes the channel at once. */
  close(): void;
}

/**
 * Starts a script on the board, which from then on reads; in it, `say WORDS` prints an answer. Answers are told from
 * login noise by a random marker at the start of their line.
 * @throws what `startFed` throws.
 */
export async function openExchange(
  link: Link,
  script: string,
  { step, signal }: { readonly step: string; readonly signal: AbortSignal },
): Promise<Exchange> {
  const marker = newMarker();
  const say = `say() { echo; echo "${marker}$*"; }`;
  const process = await startFed(link, `${say}; ${script}`, { step, signal });
  const close = () => process.close();
  signal.addEventListener('abort', close, { once: true });
  const ended = endOf(process, signal).finally(() => signal.removeEventListener('abort', close));
  const stderr = keepText(process);
  const answer = collectAnswers(process, marker);
  process.stdin.on('error', () => {});
  return {
    write: (chunk) => writeOrGone(process, chunk, ended),
    end: () => process.stdin.end(),
    answer,
    finish: async () => {
      const { error } = await ended;
      if (error) throw error;
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

/** Answers as they come: read without waiting to be asked, because an unread channel never closes. */
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
