import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { cleanLine, cleanText } from '../../agent/protocol/clean-text.ts';
import { OrinError } from '../errors.ts';
import type { Link, RemoteProcess } from '../link/link.ts';
import { sh } from './sh.ts';

export interface ScriptAnswer {
  /** What the script printed, without the noise that login scripts print around it. Untrusted text. */
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
 * Runs a script under /bin/sh on the board and returns what it printed between two random markers, so that
 * nothing a login script or a banner prints is taken for an answer.
 * @throws OrinError `forced-command` when the markers never came, `remote-command` on a time-out,
 * `connection-lost` when the link died.
 */
export async function runScript(
  link: Link,
  script: string,
  options: ScriptOptions,
): Promise<ScriptAnswer> {
  const marker = `@orin:${randomBytes(6).toString('hex')}:`;
  const timeoutMs = options.timeoutMs ?? 60_000;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const command = sh(`echo ${marker}begin; ( ${script} ); s=$?; echo; echo ${marker}end:$s:`);
  const process = await link.start(command, signal);
  const close = () => process.close();
  signal.addEventListener('abort', close, { once: true });
  process.stdin.end(options.input);
  try {
    const [stdout, stderr] = await Promise.all([
      readBounded(process.stdout, options.maxOutputBytes ?? 4 * 1024 * 1024),
      readBounded(process.stderr, 32 * 1024),
      exitOrCancelled(process, options.signal),
    ]);
    return between(stdout, marker, { link, step: options.step, stderr, timeout, timeoutMs });
  } finally {
    signal.removeEventListener('abort', close);
  }
}

async function exitOrCancelled(process: RemoteProcess, signal?: AbortSignal): Promise<void> {
  await process.exit;
  signal?.throwIfAborted();
}

async function readBounded(stream: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    // Drained past the bound as well: an unread stream would stall the channel.
    if (size < maxBytes) chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}

interface Circumstances {
  readonly link: Link;
  readonly step: string;
  readonly stderr: string;
  readonly timeout: AbortSignal;
  readonly timeoutMs: number;
}

function between(stdout: string, marker: string, about: Circumstances): ScriptAnswer {
  const begin = stdout.indexOf(`${marker}begin\n`);
  const end = stdout.lastIndexOf(`${marker}end:`);
  if (begin < 0 || end < begin) throw noAnswer(stdout, about);
  const output = stdout.slice(begin + marker.length + 'begin\n'.length, Math.max(0, end - 1));
  const status = Number.parseInt(stdout.slice(end + marker.length + 'end:'.length), 10);
  return {
    output: begin + marker.length + 'begin\n'.length > end - 1 ? '' : output,
    status,
    stderr: cleanText(about.stderr, 4000),
  };
}

function noAnswer(stdout: string, about: Circumstances): OrinError {
  const said = cleanLine(about.stderr || stdout) || 'no output';
  if (about.timeout.aborted) {
    return new OrinError({
      code: 'remote-command',
      what: `${about.step} did not finish within ${Math.round(about.timeoutMs / 1000)} s`,
      why: `so far: ${said}`,
      board: about.link.board,
    });
  }
  return new OrinError({
    code: 'forced-command',
    what: `${about.step} got no answer to its command`,
    why: `the account answered with: ${said}`,
    next: `check that \`ssh ${about.link.board} true\` runs a command (no nologin shell, no forced command)`,
    board: about.link.board,
  });
}
