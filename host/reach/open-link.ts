import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { sweepPrivateDirectories } from '../workstation/private-directory.ts';
import { reasonForSshClient, sshClientMayDoBetter } from './choose-transport.ts';
import type { ResolvedTarget } from './config/resolve-target.ts';
import { connectWithSshClient } from './openssh/connect.ts';
import { holdsMaster } from './openssh/control-path.ts';
import { type ConnectOptions, connectBoard } from './ssh2/connect.ts';

/** The ways of reaching a board: `ssh2` in this program, `ssh` by the system's own client. */
type Transport = 'ssh2' | 'ssh';

export interface OpenLinkOptions extends ConnectOptions {
  /** `auto`: ssh2, unless the settings or a failure show that only ssh itself can do it. */
  readonly transport: Transport | 'auto';
}

export interface OpenedLink {
  readonly link: Link;
  /** What it goes by; hand it in again to reconnect without choosing anew. */
  readonly transport: Transport;
}

let isSwept = false;

/** Once is enough for all boards of a fleet, and nobody waits for it. */
function sweepOnce(): void {
  if (!isSwept) void sweepPrivateDirectories(holdsMaster).catch(() => undefined);
  isSwept = true;
}

/**
 * Connects to a board by the transport asked for, or by the one that can. Notes say why it is not
 * ssh2.
 * @throws what `connectBoard` and `connectWithSshClient` throw.
 */
export async function openLink(
  target: ResolvedTarget,
  options: OpenLinkOptions,
): Promise<OpenedLink> {
  sweepOnce();
  if (options.transport === 'ssh') return await bySshClient(target, options);
  if (options.transport === 'ssh2') return await bySsh2(target, options);
  return await byWhatCan(target, options);
}

async function byWhatCan(target: ResolvedTarget, options: OpenLinkOptions): Promise<OpenedLink> {
  const reason = await reasonForSshClient(target);
  options.signal?.throwIfAborted();
  if (reason !== null) {
    options.onNote?.(`connecting with the system's ssh client: ${reason}`);
    try {
      return await bySshClient(target, options);
    } catch (error) {
      if (!isMissing(error)) throw error;
      options.onNote?.('there is no ssh client on this machine; connecting without it');
    }
  }
  try {
    return await bySsh2(target, options);
  } catch (error) {
    if (!sshClientMayDoBetter(error)) throw error;
    options.onNote?.(`trying the system's ssh client instead: ${error.why ?? error.message}`);
    return await bySshClient(target, options).catch((second: unknown) => {
      throw isMissing(second) ? error : second;
    });
  }
}

async function bySsh2(target: ResolvedTarget, options: OpenLinkOptions): Promise<OpenedLink> {
  for (const note of target.ssh2Notes) options.onNote?.(note);
  return { link: await connectBoard(target, options), transport: 'ssh2' };
}

async function bySshClient(target: ResolvedTarget, options: OpenLinkOptions): Promise<OpenedLink> {
  const { privateKeys: _, ...forClient } = options;
  return { link: await connectWithSshClient(target, forClient), transport: 'ssh' };
}

function isMissing(error: unknown): boolean {
  return error instanceof OrinError && error.code === 'missing-tool';
}
