import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';

/**
 * Runs a command for an exec channel as sshd does without a terminal: three pipes, the exit told
 * when the command has ended, the channel closed when nobody holds its outputs any more. A lost
 * channel closes the pipes and kills nothing.
 */
export function runCommand(
  command: string,
  channel: ServerChannel,
  where: { readonly environment: Record<string, string>; readonly home: string },
): ChildProcess {
  const child = spawn('/bin/sh', ['-c', command], {
    // As sshd does for an account whose home is gone.
    cwd: existsSync(where.home) ? where.home : '/',
    env: where.environment,
    // Its own process group, so that signals reach what it started and not this program.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { stdin, stdout, stderr } = child;
  // EPIPE on either side is how a command or a channel says that it has had enough.
  for (const stream of [stdin, stdout, stderr, channel, channel.stderr]) {
    stream.on('error', () => {});
  }
  channel.pipe(stdin);
  stdin.on('close', () => {
    channel.unpipe(stdin);
    channel.resume();
  });
  channel.on('close', () => {
    stdin.end();
    stdout.destroy();
    stderr.destroy();
  });
  const exited = new Promise<void>((resolve) => {
    child.on('error', () => {
      channel.exit(127);
      resolve();
    });
    child.on('exit', (code, signal) => {
      if (signal === null) channel.exit(code ?? 255);
      else channel.exit(signal.replace(/^SIG/, ''), false, '');
      resolve();
    });
  });
  void Promise.all([sendOutputs(channel, stdout, stderr), exited]).then(() => channel.end());
  return child;
}

/**
 * Sends both outputs in turns. ssh2 1.17 keeps what a full window left of stdout after it was sent,
 * and sends it once more when stderr meets a full window; so one write at a time, and what it left
 * is cleared. Settles when both ended.
 */
async function sendOutputs(
  channel: ServerChannel,
  stdout: Readable,
  stderr: Readable,
): Promise<void> {
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()));
  let turn: Promise<unknown> = Promise.resolve();
  const send = (stream: Writable, chunk: Buffer): Promise<unknown> => {
    const sent = turn.then(
      () => new Promise((resolve) => stream.write(chunk, () => resolve(clearLeftovers(channel)))),
    );
    // A write that the far side's closing overtook never calls back.
    turn = Promise.race([sent, closed]);
    return turn;
  };
  const drain = async (source: Readable, stream: Writable): Promise<void> => {
    for await (const chunk of source) await send(stream, chunk as Buffer);
  };
  await Promise.allSettled([drain(stdout, channel), drain(stderr, channel.stderr)]);
}

function clearLeftovers(channel: ServerChannel): void {
  for (const field of ['_chunk', '_chunkcb', '_chunkErr', '_chunkcbErr']) {
    Reflect.set(channel, field, undefined);
  }
}

/**
 * Sends a signal to a command and everything it started in its group; one that is gone is no error.
 */
export function signalCommand(child: ChildProcess, name: string): void {
  const signal = `SIG${name}`;
  if (child.pid === undefined || !isSignal(signal)) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}
