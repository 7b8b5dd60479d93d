import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { ServerChannel } from 'ssh2';

/**
 * Runs a command for an exec channel as sshd does without a terminal: three pipes, the exit told when the command has
 * ended, the channel closed when nobody holds its outputs any more. A lost channel closes the pipes and kills nothing.
 */
export function runCommand(
  command: string,
  channel: ServerChannel,
  where: { readonly environment: Record<string, string>; readonly home: string },
): ChildProcess {
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: where.home,
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
  stdout.pipe(channel, { end: false });
  stderr.pipe(channel.stderr, { end: false });
  stdin.on('close', () => {
    channel.unpipe(stdin);
    channel.resume();
  });
  channel.on('close', () => {
    stdin.end();
    stdout.destroy();
    stderr.destroy();
  });
  child.on('error', () => {
    channel.exit(127);
    channel.end();
  });
  child.on('exit', (code, signal) => {
    if (signal === null) channel.exit(code ?? 255);
    else channel.exit(signal.replace(/^SIG/, ''), false, '');
  });
  child.on('close', () => channel.end());
  return child;
}

/** Sends a signal to a command and everything it started in its group; one that is gone is no error. */
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
