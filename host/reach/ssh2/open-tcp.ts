import { connect, type Socket } from 'node:net';
import type { ResolvedTarget } from '../config/resolve-target.ts';

export interface OpenSocket {
  readonly socket: Socket;
  /** The time of the TCP handshake: one round trip. */
  readonly roundTripMs: number;
}

/**
 * Opens a TCP connection as ssh would: AddressFamily, BindAddress, no delay.
 * @throws the socket's error (`ENOTFOUND`, `ECONNREFUSED`, …), or the signal's reason.
 */
export function openTcp(target: ResolvedTarget, signal: AbortSignal): Promise<OpenSocket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({
      host: target.hostName,
      port: target.port,
      family: target.addressFamily,
      noDelay: true,
      keepAlive: target.tcpKeepAlive,
      // Node gives each of several addresses 250 ms, too little for a board on a bad radio link.
      autoSelectFamilyAttemptTimeout: 2500,
      ...(target.bindAddress === null ? {} : { localAddress: target.bindAddress }),
    });
    let startedMs = performance.now();
    const abort = () => socket.destroy(signal.reason);
    const settle = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.on('connectionAttempt', () => {
      startedMs = performance.now();
    });
    socket.once('error', fail);
    // Later errors are heard by whoever speaks over it; between two listeners one must not end the
    // program.
    socket.on('error', () => {});
    socket.once('connect', () => {
      settle();
      resolve({ socket, roundTripMs: performance.now() - startedMs });
    });
  });
}
