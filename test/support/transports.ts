import { appendFile } from 'node:fs/promises';
import type { Link } from '../../host/link/link.ts';
import { type ResolvedTarget, resolveTarget } from '../../host/reach/config/resolve-target.ts';
import { connectWithSshClient } from '../../host/reach/openssh/connect.ts';
import { type ConnectOptions, connectBoard } from '../../host/reach/ssh2/connect.ts';
import { silentPrompter } from '../../host/reach/trust/prompter.ts';
import type { Sshd } from './sshd.ts';

/** A way of reaching a board, as the suites that every transport must pass know it. */
export interface Transport {
  readonly name: string;
  connect(target: ResolvedTarget, options: Omit<ConnectOptions, 'privateKeys'>): Promise<Link>;
  /**
   * How the death of a command by SIGKILL is told: OpenSSH's client does not pass on the signal.
   */
  readonly killed: { readonly code: null; readonly signal: string | null };
  /** Whether all commands share one connection. */
  readonly isShared: boolean;
}

export const transports: readonly Transport[] = [
  {
    name: 'ssh2',
    connect: connectBoard,
    killed: { code: null, signal: 'SIGKILL' },
    isShared: true,
  },
  {
    name: 'the ssh client',
    connect: connectWithSshClient,
    killed: { code: null, signal: null },
    isShared: true,
  },
  {
    name: 'the ssh client without sharing',
    connect: (target, options) => connectWithSshClient(target, { ...options, canShare: false }),
    killed: { code: null, signal: null },
    isShared: false,
  },
];

/** Logs in to a test's sshd by its own key, through the relay at `port` where one is given. */
export async function connectBy(
  transport: Transport,
  sshd: Sshd,
  {
    port,
    signal,
    deadAfterMs,
  }: { readonly port?: number; readonly signal?: AbortSignal; readonly deadAfterMs?: number } = {},
): Promise<Link> {
  const { configFile, alias } = sshd;
  if (port !== undefined) {
    await appendFile(sshd.knownHosts, `[127.0.0.1]:${port} ${sshd.hostKey}\n`);
  }
  const target = await resolveTarget(alias, {
    configFile,
    environment: process.env,
    ...(port !== undefined && { port }),
  });
  const options = {
    prompter: silentPrompter,
    hostKeyPolicy: 'ask',
    ...(signal && { signal }),
    ...(deadAfterMs !== undefined && { deadAfterMs }),
  } as const;
  return await transport.connect(target, options);
}
