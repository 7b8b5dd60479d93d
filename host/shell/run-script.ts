import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanLine, cleanText } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import type { Link, RemoteProcess } from '../link/link.ts';
import { sshWords } from '../reach/config/target-name.ts';
import { startFed } from './fed-script.ts';
import { newMarker } from './marked-output.ts';
import { noAnswer } from './no-answer.ts';
import { sh } from './sh.ts';

export interface ScriptAnswer {
  /**
   * What the script printed, without the noise that login scripts print around it. Untrusted text.
   */
  readonly output: string;
  readonly status: number;
  /** Cleaned and bounded. */
  readonly stderr: string;
}

export interface ScriptOptions {
  /** What is being done, for the error message: `probe orin.local`. */
  readonly step: string;
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal;
  /** Standard input of the script; nothing of it is logged. */
  readonly input?: string;
}

/**
 * How long a command may go on after our script's last line: something else may hold its output
 * open.
 */
const HELD_OPEN_MS = 1_000;

/**
 * Runs a script under /bin/sh on the board and returns what it printed between two random markers,
 * so that nothing a login script or a banner prints is taken for an answer, and nothing that a
 * login script left running with its output open is waited for. Input is sent when the script
 * itself reads.
 * @throws OrinError `forced-command` when the markers never came, `remote-command` on a time-out or
 *   too much output, what `startFed` throws where there is input, `connection-lost` when the link
 *   died.
 */
export async function runScript(
  link: Link,
  script: string,
  options: ScriptOptions,
): Promise<ScriptAnswer> {
  const marker = newMarker();
  const about = { link, step: options.step, timeoutMs: options.timeoutMs ?? 60_000 };
  const command = `echo ${marker}begin; ( ${script} ); s=$?; echo; echo ${marker}end:$s:`;
  const { process, timeout } = await startCommand(command, options, about);
  const close = () => process.close();
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  process.stdin.end(options.input);
  try {
    const exit = exitOrCancelled(process, options.signal);
    const reading = readOutput(process.stdout, marker, options.maxOutputBytes ?? 4 * 1024 * 1024);
    const closing = reading.then(async () => {
      await Promise.race([exit, sleep(HELD_OPEN_MS, undefined, { ref: false })]);
      close();
    });
    const errors = readBounded(process.stderr, 32 * 1024);
    const [output, stderr] = await Promise.all([reading, errors, exit, closing]);
    return between(output, marker, { ...about, stderr, isLate: timeout.aborted });
  } finally {
    signal.removeEventListener('abort', close);
  }
}

interface Step {
  readonly link: Link;
  readonly step: string;
  readonly timeoutMs: number;
}

/** Starts the command, with the signal by which its time ends. */
async function startCommand(
  command: string,
  { input, signal }: ScriptOptions,
  about: Step,
): Promise<{ readonly process: RemoteProcess; readonly timeout: AbortSignal }> {
  const { link, step, timeoutMs } = about;
  const given = signal === undefined ? {} : { signal };
  if (input !== undefined) {
    const process = await startFed(link, command, { step, readyWithinMs: timeoutMs, ...given });
    return { process, timeout: AbortSignal.timeout(timeoutMs) };
  }
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
    return { process: await link.start(sh(command), either), timeout };
  } catch (error) {
    signal?.throwIfAborted();
    throw timeout.aborted ? notInTime(about, '') : error;
  }
}

async function exitOrCancelled(process: RemoteProcess, signal?: AbortSignal): Promise<void> {
  await process.exit;
  signal?.throwIfAborted();
}

interface Output {
  readonly text: string;
  readonly isCut: boolean;
}

/**
 * Up to our last line, or to its end; drained past the bound as well: an unread stream would stall
 * the channel.
 */
async function readOutput(stdout: Readable, marker: string, maxBytes: number): Promise<Output> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let tail = '';
  const last = new RegExp(`\\n${marker}end:\\d+:\\n`);
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    if (bytes < maxBytes) chunks.push(chunk);
    bytes += chunk.length;
    tail = (tail + chunk.toString('latin1')).slice(-(chunk.length + 64));
    if (last.test(tail)) break;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), isCut: bytes > maxBytes };
}

async function readBounded(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (bytes < maxBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

interface Circumstances extends Step {
  readonly stderr: string;
  readonly isLate: boolean;
}

function between({ text, isCut }: Output, marker: string, about: Circumstances): ScriptAnswer {
  const begin = text.indexOf(`${marker}begin\n`);
  const end = text.lastIndexOf(`${marker}end:`);
  if (begin < 0 || end < begin) {
    const said = about.stderr || text;
    if (about.isLate) throw notInTime(about, said);
    throw isCut ? tooMuch(about) : noAnswer(about.link, about.step, said);
  }
  const from = begin + marker.length + 'begin\n'.length;
  return {
    output: from > end - 1 ? '' : text.slice(from, end - 1),
    status: Number.parseInt(text.slice(end + marker.length + 'end:'.length), 10),
    stderr: cleanText(about.stderr, 4000),
  };
}

function notInTime({ link, step, timeoutMs }: Step, said: string): OrinError {
  return new OrinError({
    code: 'remote-command',
    what: `${step} did not finish within ${Math.round(timeoutMs / 1000)} s`,
    why: `so far: ${cleanLine(said) || 'no output'}`,
    next: `see how long \`ssh ${sshWords(link.board)} true\` takes: a login script may wait for something, or the board be very busy`,
    board: link.board,
  });
}

function tooMuch({ link, step }: Step): OrinError {
  return new OrinError({
    code: 'remote-command',
    what: `${step} got more output than it can have`,
    why: 'a login script prints without end, or the board is not what it seems',
    next: `look at what \`ssh ${sshWords(link.board)} true\` prints`,
    board: link.board,
  });
}
