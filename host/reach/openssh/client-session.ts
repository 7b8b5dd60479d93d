import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteExit, RemoteProcess } from '../../link/link.ts';
import { ProcessInput, ProcessOutput } from '../../link/process-streams.ts';
import { missingClient } from './missing-client.ts';
import type { SessionLog, SessionProgress } from './session-log.ts';

/** What one command shares with the link that it runs over. */
export interface SessionSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Settles when the connection is gone; a wanted `end()` gives undefined. */
  readonly linkClosed: Promise<Error | undefined>;
  /** The command has a connection of its own, which may break while the link as such goes on. */
  readonly hasOwnConnection: boolean;
  /** What `exit` rejects with when the connection was lost. */
  lostError(cause: Error | undefined): Error;
  /** What `start` rejects with when no channel was opened. */
  refusedError(progress: SessionProgress): Error;
  /** Payload in each direction. */
  count(sentBytes: number, receivedBytes: number): void;
}

export interface Session {
  readonly process: RemoteProcess;
  /**
   * Between asking for the channel and the server's answer; null where that could not be told
   * apart.
   */
  readonly roundTripMs: number | null;
}

type Ending = { readonly code: number | null; readonly signal: string | null };

/** After the link is gone or the command was closed, how long ssh may take to end by itself. */
const lastWordMs = 500;
/** How long the end of a master may take to be noticed after that of a command over it. */
const masterEndMs = 150;

/**
 * Runs ssh for one command, without a shell in between, and waits until the server has opened a
 * channel for it.
 * @throws OrinError `missing-tool`, what `refusedError` makes, or the signal's reason.
 */
export async function startSession(
  args: readonly string[],
  log: SessionLog,
  surroundings: SessionSurroundings,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const child = spawn('ssh', [...args], {
    env: surroundings.environment,
    // Ctrl-C at the terminal is for us to handle; ssh must not hear it, nor ask there.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const ended = endOf(child);
  const remote = remoteProcess(child, ended, log, surroundings);
  const abort = () => remote.close();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const roundTripMs = await untilOpen(child, ended, log, surroundings);
    signal?.throwIfAborted();
    return { process: remote, roundTripMs };
  } catch (error) {
    remote.close();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<Ending> {
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', (error) => reject(missingClient(error)));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  ended.catch(() => {});
  return ended;
}

/** Gives the round trip that was seen. */
async function untilOpen(
  child: ChildProcessWithoutNullStreams,
  ended: Promise<Ending>,
  log: SessionLog,
  surroundings: SessionSurroundings,
): Promise<number | null> {
  let isOver = false;
  const over = ended.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  let askedMs: number | null = null;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.3, 20)) {
    const wasOver = isOver;
    const progress = await log.read();
    const nowMs = performance.now();
    if (progress.isOpen) return askedMs === null ? null : nowMs - askedMs;
    if (progress.isAsked) askedMs ??= nowMs;
    // A later ssh may word its log differently; what the command says shows that it runs.
    if (child.stdout.readableLength + child.stderr.readableLength > 0) return null;
    if (wasOver) return refuseUnlessRun(await ended, progress, surroundings);
    await Promise.race([over, sleep(pauseMs)]);
  }
}

/** ssh that is over although its log told of no channel: 255 says that there was none. */
function refuseUnlessRun(
  { code }: Ending,
  progress: SessionProgress,
  surroundings: SessionSurroundings,
): null {
  if (code !== null && code !== 255) return null;
  throw surroundings.refusedError(progress);
}

function remoteProcess(
  child: ChildProcessWithoutNullStreams,
  ended: Promise<Ending>,
  log: SessionLog,
  surroundings: SessionSurroundings,
): RemoteProcess {
  const { stdin, stdout, stderr } = streamsOf(child, surroundings);
  let isClosed = false;
  let settleEarly = (_how: null) => {};
  const closedLongAgo = new Promise<null>((resolve) => {
    settleEarly = resolve;
  });
  const exit = (async (): Promise<RemoteExit> => {
    const how = await Promise.race([ended, goneBefore(ended, surroundings), closedLongAgo]);
    stdin.shut('the remote command has ended');
    if (how === null) child.kill('SIGKILL');
    const progress = await log.read();
    await log.remove();
    if (isClosed) return { code: null, signal: null };
    return await judge(how, progress, surroundings);
  })();
  // Whoever only reads the streams need not wait for the end.
  exit.catch(() => {});
  return {
    stdin,
    stdout,
    stderr,
    exit,
    close() {
      isClosed = true;
      child.kill();
      stdin.shut('the remote command was closed');
      stdout.finish();
      stderr.finish();
      setTimeout(() => settleEarly(null), lastWordMs).unref();
    },
  };
}

function streamsOf(child: ChildProcessWithoutNullStreams, surroundings: SessionSurroundings) {
  const stdin = new ProcessInput({
    write: (chunk, done) => {
      child.stdin.write(chunk, (error) => {
        if (!error) surroundings.count(chunk.length, 0);
        done(error ? Object.assign(new Error(error.message), { code: 'EPIPE' }) : null);
      });
    },
    end: () => child.stdin.end(),
  });
  child.stdin.on('error', () => {});
  const output = (source: typeof child.stdout) => {
    const stream = new ProcessOutput(source);
    source.on('data', (chunk: Buffer) => surroundings.count(0, chunk.length));
    source.on('error', () => stream.finish());
    source.on('close', () => stream.finish());
    return stream;
  };
  return { stdin, stdout: output(child.stdout), stderr: output(child.stderr) };
}

/** Null when the link went and ssh did not end by itself soon after. */
async function goneBefore(
  ended: Promise<Ending>,
  { linkClosed }: SessionSurroundings,
): Promise<Ending | null> {
  await linkClosed;
  return await Promise.race([ended, sleep(lastWordMs, null, { ref: false })]);
}

/**
 * How the command ended, or what to throw: ssh says 255 for a lost link, a signal, and a command's
 * own 255.
 */
async function judge(
  how: Ending | null,
  progress: SessionProgress,
  surroundings: SessionSurroundings,
): Promise<RemoteExit> {
  if (typeof progress.status === 'number') return { code: progress.status, signal: null };
  if (how?.code != null && (how.code !== 255 || progress.status === 'sent')) {
    return { code: how.code, signal: null };
  }
  const { linkClosed } = surroundings;
  if (how?.signal) throw surroundings.lostError(new Error(`ssh was ended by ${how.signal}`));
  if (progress.isSignalled) return { code: null, signal: null };
  if (surroundings.hasOwnConnection) throw surroundings.lostError(lastWords(progress.text));
  const isLinkUp = Symbol();
  const cause = await Promise.race([linkClosed, sleep(masterEndMs, isLinkUp)]);
  if (cause !== isLinkUp) throw surroundings.lostError(cause as Error | undefined);
  return { code: null, signal: null };
}

function lastWords(text: string): Error {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('debug'));
  return new Error(lines.at(-1)?.trim() ?? 'the other side closed the connection');
}
