import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import type { Link, RemoteProcess } from '../link/link.ts';
import { sshWords } from '../reach/config/target-name.ts';
import { MAX_NOISE_BYTES, newMarker } from './marked-output.ts';
import { noAnswer } from './no-answer.ts';
import { sh } from './sh.ts';
import { type Phase, startInTime } from './silence.ts';

export interface FedOptions {
  /** What is being done, for the error message: `send model.onnx to orin.local`. */
  readonly step: string;
  /** Named where the board says nothing in time. */
  readonly phase?: Phase;
  /** Closes the command's channel whenever it fires. */
  readonly signal?: AbortSignal;
  /** Counts only until the script reads: what it is fed afterwards is not cut by it. */
  readonly untilReady?: AbortSignal;
  /**
   * How long the server may take to start a command, a login in it where each has a connection of
   * its own; default 60 s.
   */
  readonly startWithinMs?: number;
  /** How long the login shell may take to come to the script; default 60 s. */
  readonly readyWithinMs?: number;
}

/** How long a login shell may take to come to our script, unless somebody says otherwise. */
const READY_MS = 60_000;
/** How long something that has read the input to its end may take to come to our script. */
const RELEASED_MS = 5_000;
/**
 * What is kept of the words of login scripts, so that those of our script still fit; longer than a
 * marker.
 */
const KEPT_BYTES = 1024;

/**
 * Starts a script that reads its standard input, and settles when the script itself is about to
 * read: whatever is written before that may be read by a login script. It costs a round trip or the
 * start of the login shell, whichever is shorter. The output of login scripts is dropped, but for
 * the end of what they wrote to standard error.
 * @throws OrinError `forced-command` when the script never began; `board-silent` when it did not in
 *   time; `remote-command` when it did only once its input had ended; what the link threw when it
 *   died; a signal's reason.
 */
export async function startFed(
  link: Link,
  script: string,
  options: FedOptions,
): Promise<RemoteProcess> {
  const { signal, untilReady } = options;
  const waiting = new AbortController();
  const abort = () => waiting.abort(untilReady?.reason);
  if (untilReady?.aborted) abort();
  untilReady?.addEventListener('abort', abort, { once: true });
  const either = signal ? AbortSignal.any([signal, waiting.signal]) : waiting.signal;
  const marker = newMarker();
  try {
    const { step, phase = 'command', startWithinMs = READY_MS } = options;
    const silence = { phase, step, forMs: startWithinMs } as const;
    const command = sh(`echo; echo ${marker}ready; ${script}`);
    const process = await startInTime(link, command, silence, either);
    await awaitReady(process, `${marker}ready`, { link, options, signal: either });
    return process;
  } finally {
    untilReady?.removeEventListener('abort', abort);
  }
}

interface Circumstances {
  readonly link: Link;
  readonly options: FedOptions;
  readonly signal: AbortSignal;
}

async function awaitReady(
  process: RemoteProcess,
  marker: string,
  about: Circumstances,
): Promise<void> {
  const { signal, options } = about;
  const errors = holdBack(process.stderr);
  const output = passMarker(process.stdout, marker);
  const over = new AbortController();
  const limit = { ref: false, signal: AbortSignal.any([signal, over.signal]) };
  const late = (ms: number) => sleep(ms, 'late' as const, limit).catch(() => 'stopped' as const);
  try {
    const passed = await Promise.race([output.passed, late(options.readyWithinMs ?? READY_MS)]);
    if (passed === 'ready') {
      errors.release();
      return;
    }
    signal.throwIfAborted();
    if (passed === 'ended') await Promise.race([process.exit, late(RELEASED_MS)]);
    signal.throwIfAborted();
    if (passed !== 'late') throw noAnswer(about.link, options.step, said(errors, output));
    // Whoever waits for the end of the input lets our script begin now: the proof of where the time
    // went.
    process.stdin.end();
    const released = await Promise.race([output.passed, late(RELEASED_MS)]);
    signal.throwIfAborted();
    throw notFed(about, released === 'ready', said(errors, output));
  } catch (error) {
    process.exit.catch(() => undefined);
    process.close();
    process.stdout.destroy();
    process.stderr.destroy();
    throw error;
  } finally {
    over.abort();
  }
}

function said(errors: { text(): string }, output: { text(): string }): string {
  return errors.text() || output.text();
}

interface Passing {
  readonly passed: Promise<'ready' | 'ended' | 'endless'>;
  /** The end of what came before the marker. */
  text(): string;
}

/** Reads a stream up to the end of the marker's line; what follows it stays in the stream. */
function passMarker(stdout: Readable, marker: string): Passing {
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  const take = (chunk: Buffer): 'ready' | 'endless' | null => {
    kept = Buffer.concat([kept, chunk]);
    bytes += chunk.length;
    const at = kept.indexOf(marker);
    const end = at < 0 ? -1 : kept.indexOf(0x0a, at);
    if (end < 0) {
      kept = kept.subarray(-KEPT_BYTES);
      return bytes > MAX_NOISE_BYTES ? 'endless' : null;
    }
    if (end + 1 < kept.length) stdout.unshift(kept.subarray(end + 1));
    return 'ready';
  };
  const passed = new Promise<'ready' | 'ended' | 'endless'>((resolve) => {
    const settle = (outcome: 'ready' | 'ended' | 'endless') => {
      stdout.off('readable', read).off('end', ended).off('close', ended);
      resolve(outcome);
    };
    const ended = () => settle('ended');
    const read = () => {
      for (let chunk = stdout.read(); chunk !== null; chunk = stdout.read()) {
        const outcome = take(chunk as Buffer);
        if (outcome !== null) return settle(outcome);
      }
    };
    stdout.on('readable', read).on('end', ended).on('close', ended);
  });
  return { passed, text: () => kept.toString('utf8') };
}

/** Keeps a stream from filling its channel; `release` gives back the end of what it held. */
function holdBack(stream: Readable): { text(): string; release(): void } {
  let kept: Buffer = Buffer.alloc(0);
  const read = () => {
    for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) {
      kept = Buffer.concat([kept, chunk as Buffer]).subarray(-KEPT_BYTES);
    }
  };
  stream.on('readable', read);
  return {
    text: () => kept.toString('utf8').trim(),
    release() {
      stream.off('readable', read);
      if (kept.length > 0 && !stream.readableEnded) stream.unshift(kept);
    },
  };
}

function notFed({ link, options }: Circumstances, isReadAway: boolean, words: string): OrinError {
  const { board } = link;
  if (isReadAway) {
    return new OrinError({
      code: 'remote-command',
      what: `${options.step}: its input does not reach the command`,
      why: `something on ${board} reads the input of every command to its end: a login script, or the program of a forced command`,
      next: `have its login scripts (.bashrc, .zshenv, …) return where the shell is not interactive, or read from /dev/null`,
      board,
    });
  }
  const withinS = Math.round(((options.readyWithinMs ?? READY_MS) + RELEASED_MS) / 1000);
  return new OrinError({
    code: 'board-silent',
    what: `${options.step}: the command did not begin within ${withinS} s`,
    why: `its login shell said: ${cleanLine(words) || 'nothing'}`,
    next: `see what keeps \`ssh ${sshWords(board)} true\`: a login script that waits, or a board that is very busy`,
    board,
  });
}
