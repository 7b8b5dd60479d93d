import { join } from 'node:path';
import type { OptionValues } from 'commander';
import type { Link } from '../../host/link/link.ts';
import type { Prompter } from '../../host/ssh/prompter.ts';
import { directoriesFrom } from '../config/directories.ts';
import { environment } from '../config/environment.ts';

/** How a command reaches its board, and how it leaves whatever it started for that. */
export interface BoardAccess {
  /** Shown as the board's name. */
  readonly name: string;
  /** `user@address:port`, for the first line of progress. */
  readonly destination: string;
  connect(signal: AbortSignal): Promise<Link>;
  close(): Promise<void>;
}

/** What a command may say about the connection. */
export interface AccessListener {
  readonly prompter: Prompter;
  note(text: string): void;
}

/**
 * `demo` is an SSH server inside this program with this machine as the board; anything else is resolved as
 * `ssh` would. Nothing is connected yet.
 * @throws OrinError `usage` for a host that cannot be one.
 */
export async function accessTo(
  host: string,
  options: OptionValues,
  listener: AccessListener,
): Promise<BoardAccess> {
  if (host === 'demo') return demoAccess();
  const { resolveTarget } = await import('../../host/ssh/resolve-target.ts');
  const { connectBoard } = await import('../../host/ssh/connect.ts');
  const target = await resolveTarget(host, {
    ...(options.sshConfig ? { configFile: String(options.sshConfig) } : {}),
    ...(options.port ? { port: Number(options.port) } : {}),
    ...(options.login ? { user: String(options.login) } : {}),
    ...(options.identity ? { identityFile: String(options.identity) } : {}),
    options: options.sshOption as string[],
    environment,
  });
  for (const note of [...target.notes, ...target.ssh2Notes]) listener.note(note);
  return {
    name: host,
    destination: `${target.user}@${target.hostName}:${target.port}`,
    connect: (signal) =>
      connectBoard(target, {
        prompter: listener.prompter,
        hostKeyPolicy: options.acceptNew ? 'accept-new' : 'ask',
        batchMode: options.batchMode === true,
        signal,
        onNote: listener.note,
      }),
    close: async () => {},
  };
}

async function demoAccess(): Promise<BoardAccess> {
  const { startDemoBoard } = await import('../../host/demo/demo-board.ts');
  // Beside the cache of this machine as the workstation, not in it: `clean demo` must be able to remove it all.
  const base =
    environment.ORIN_REMOTE_DIR ?? join(directoriesFrom(environment).cache, 'demo-board');
  const demo = await startDemoBoard({ environment: { ORIN_REMOTE_DIR: base } });
  return {
    name: 'demo',
    destination: `${demo.user}@127.0.0.1:${demo.port}`,
    connect: (signal) => demo.connect(signal),
    close: () => demo.close(),
  };
}
