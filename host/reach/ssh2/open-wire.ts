import type { Socket } from 'node:net';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { openTcp } from './open-tcp.ts';
import { openProxyCommand } from './proxy-command.ts';
import type { Hop } from './shared-hops.ts';
import { Tunnel, type Wire } from './wire.ts';

export interface OpenWire {
  readonly wire: Wire;
  /** Of the TCP handshake; null through a proxy. */
  readonly roundTripMs: number | null;
  readonly isLoopback: boolean;
  /** What a proxy command said so far, or empty. */
  readonly complaint: () => string;
}

/**
 * Opens the way to a target: straight, through the jump host in front of it, or through its
 * ProxyCommand.
 * @throws the socket's error, OrinError `proxy-failed`, or the signal's reason.
 */
export async function openWire(
  target: ResolvedTarget,
  hop: Hop | null,
  signal: AbortSignal,
): Promise<OpenWire> {
  if (hop !== null) return throughProxy(await forwardThrough(target, hop, signal), () => '');
  if (target.proxyCommand !== null) {
    const { tunnel, complaint } = openProxyCommand(target, target.proxyCommand);
    return throughProxy(tunnel, complaint);
  }
  const { socket, roundTripMs } = await openTcp(target, signal);
  return { wire: socket, roundTripMs, isLoopback: isLoopback(socket), complaint: () => '' };
}

function throughProxy(wire: Wire, complaint: () => string): OpenWire {
  return { wire, roundTripMs: null, isLoopback: false, complaint };
}

function isLoopback(socket: Socket): boolean {
  const address = socket.remoteAddress ?? '';
  return /^(::ffff:)?127\./.test(address) || address === '::1' || address === socket.localAddress;
}

async function forwardThrough(
  target: ResolvedTarget,
  hop: Hop,
  signal: AbortSignal,
): Promise<Tunnel> {
  signal.throwIfAborted();
  // A jump host that is gone without a word never answers; only the time limit ends that.
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    const channel = await Promise.race([hop.forward(target.hostName, target.port), aborted]);
    return new Tunnel(channel, channel, () => channel.destroy());
  } catch (error) {
    signal.throwIfAborted();
    // A shared jump host that died is opened anew here; why that failed is said already.
    if (error instanceof OrinError) throw error;
    throw new OrinError({
      code: 'proxy-failed',
      what: `cannot reach ${target.board} through ${hop.board}`,
      why: `${hop.board} refuses a connection to ${target.hostName} port ${target.port}: ${cleanLine(error instanceof Error ? error.message : String(error))}`,
      next: `try \`ssh ${hop.board} nc -vz ${target.hostName} ${target.port}\`; it needs AllowTcpForwarding yes`,
      board: target.board,
      cause: error,
    });
  }
}
