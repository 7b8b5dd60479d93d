import { join } from 'node:path';
import type { Link } from '../../host/link/link.ts';
import type { ResolvedTarget } from '../../host/reach/config/resolve-target.ts';
import type { SharedSettings } from '../../host/reach/config/shared-settings.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import type { OpenLinkOptions } from '../../host/reach/open-link.ts';
import type { SharedHops } from '../../host/reach/ssh2/shared-hops.ts';
import type { Prompter } from '../../host/reach/trust/prompter.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';

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
  /** Of a fleet: the connections to jump hosts that its boards share. */
  readonly hops?: SharedHops;
  /** And the settings that are the same for many of them. */
  readonly settings?: SharedSettings;
  note(text: string): void;
}

/**
 * `demo` is an SSH server inside this program with this machine as the board; anything else is
 * resolved as `ssh` would. Nothing is connected yet.
 * @throws OrinError `usage` for a host that cannot be one.
 */
export async function accessTo(
  host: string,
  options: ConnectionSettings,
  listener: AccessListener,
): Promise<BoardAccess> {
  if (host === 'demo') return demoAccess();
  let release = listener.prompter.hush?.();
  const { openLink } = await import('../../host/reach/open-link.ts');
  const target = await targetOf(host, options, listener).catch((error: unknown) => {
    release?.();
    throw error;
  });
  // A reconnect has the same to say.
  const said = new Set<string>();
  const noteOnce = (note: string) => {
    if (!said.has(note)) listener.note(note);
    said.add(note);
  };
  for (const note of target.notes) noteOnce(note);
  let transport: OpenLinkOptions['transport'] = options.transport ?? 'auto';
  return {
    name: host,
    destination: `${target.user}@${target.hostName}:${target.port}`,
    connect: async (signal) => {
      release ??= listener.prompter.hush?.();
      const opening = openLink(target, {
        transport,
        prompter: listener.prompter,
        hostKeyPolicy: options.accept_new ? 'accept-new' : 'ask',
        batchMode: options.batch_mode,
        signal,
        ...(listener.hops && { hops: listener.hops }),
        onNote: noteOnce,
      });
      const opened = await opening.finally(() => {
        release?.();
        release = undefined;
      });
      // A reconnect goes the way that worked.
      transport = opened.transport;
      return opened.link;
    },
    close: async () => release?.(),
  };
}

async function targetOf(
  host: string,
  options: ConnectionSettings,
  { settings }: AccessListener,
): Promise<ResolvedTarget> {
  const { resolveTarget } = await import('../../host/reach/config/resolve-target.ts');
  return await resolveTarget(host, {
    ...(options.ssh_config && { configFile: options.ssh_config }),
    ...(options.port !== null && { port: options.port }),
    ...(options.login && { user: options.login }),
    ...(options.identity && { identityFile: options.identity }),
    options: options.ssh_options,
    environment,
    ...(settings && { shared: settings }),
  });
}

async function demoAccess(): Promise<BoardAccess> {
  const { startDemoBoard } = await import('../../host/reach/demo/demo-board.ts');
  const demo = await startDemoBoard({
    environment: {
      // Only a place that the person named is refused by an error; where ours cannot be used, the
      // next one is.
      ...(environment.ORIN_REMOTE_DIR && { ORIN_REMOTE_DIR: environment.ORIN_REMOTE_DIR }),
      // Beside the cache of this machine as the workstation, not in it: `clean demo` must be able
      // to remove it all.
      ORIN_REMOTE_DEMO_DIR: join(directoriesFrom(environment).cache, 'demo-board'),
      // Empty is the lock of this machine, as on any board.
      ORIN_REMOTE_LOCK: environment.ORIN_REMOTE_LOCK ?? '',
    },
  });
  return {
    name: 'demo',
    destination: `${demo.user}@127.0.0.1:${demo.port}`,
    connect: (signal) => demo.connect(signal),
    close: () => demo.close(),
  };
}
