import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import type { Link, RemoteProcess } from '../../link/link.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { remoteProcess } from './ssh-process.ts';
import { defaultDeadAfterMs, watchLiveness } from './watchdog.ts';
import type { Wire } from './wire.ts';

export interface SshLinkParts {
  readonly client: Client;
  readonly wire: Wire;
  readonly target: ResolvedTarget;
  readonly isLoopback: boolean;
  /** Of the TCP handshake; null through a proxy. */
  readonly roundTripMs: number | null;
  /** Silence after which the peer is taken for dead, unless the person's settings say longer. */
  readonly deadAfterMs?: number | undefined;
  /** Ends what carries this link: the links to its jump hosts. */
  readonly endCarrier: () => Promise<void>;
}

/** A `Link` over one ssh2 client that is ready. */
export class SshLink implements Link {
  readonly board: string;
  readonly destination: string;
  readonly isLoopback: boolean;
  readonly closed: Promise<Error | undefined>;
  readonly #parts: SshLinkParts;
  readonly #gone: Promise<Error | undefined>;
  #roundTripMs: number | null;
  #isEnding = false;
  #isCorked = false;
  #lastError: Error | undefined;
  #openChannels = 0;

  constructor(parts: SshLinkParts) {
    const { client, target, wire } = parts;
    this.#parts = parts;
    this.#roundTripMs = parts.roundTripMs;
    this.board = target.board;
    this.destination = `${target.user}@${target.hostName}:${target.port}`;
    this.isLoopback = parts.isLoopback;
    client.on('error', (error) => {
      this.#lastError ??= error;
    });
    const interval = target.serverAliveIntervalMs ?? 0;
    const limitMs = Math.max(
      parts.deadAfterMs ?? defaultDeadAfterMs,
      interval * target.serverAliveCountMax,
    );
    const endWatch = watchLiveness(wire, { deadAfterMs: limitMs }, (quietMs) => {
      this.#lastError ??= new Error(`nothing came from it for ${Math.round(quietMs / 1000)} s`);
      wire.destroy();
    });
    this.#gone = new Promise((resolve) => {
      client.once('close', () => {
        endWatch();
        const cause = this.#lastError ?? new Error('the other side closed the connection');
        resolve(this.#isEnding ? undefined : cause);
      });
    });
    this.closed = this.#gone.then(async (cause) => {
      await parts.endCarrier();
      return cause;
    });
    // Writes that waited for the far window go out when its answer is read: cork those as well.
    wire.prependListener('data', () => this.#cork());
  }

  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  get traffic(): { readonly sentBytes: number; readonly receivedBytes: number } {
    const { wire } = this.#parts;
    return { sentBytes: wire.bytesWritten, receivedBytes: wire.bytesRead };
  }

  /**
   * Starts a command under the login shell. Aborting the signal closes its channel, at any time.
   * @throws OrinError `connection-lost`, `remote-command` when the server refuses another channel;
   *   or the signal's reason.
   */
  async start(command: string, signal?: AbortSignal): Promise<RemoteProcess> {
    signal?.throwIfAborted();
    const startedMs = performance.now();
    const process = await this.#exec(command, signal);
    // Opening and exec are two round trips, with some work of the board's in them: an upper bound.
    const roundTripMs = (performance.now() - startedMs) / 2;
    this.#roundTripMs = Math.min(this.#roundTripMs ?? roundTripMs, roundTripMs);
    this.#openChannels++;
    const close = () => process.close();
    signal?.addEventListener('abort', close, { once: true });
    const onEnd = () => {
      this.#openChannels--;
      signal?.removeEventListener('abort', close);
    };
    process.exit.then(onEnd, onEnd);
    return process;
  }

  /**
   * A TCP connection from the board to somewhere it can reach, as ssh -W opens it.
   * @throws Error with the server's reason.
   */
  forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.#parts.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) reject(error);
        else resolve(channel);
      });
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#parts.client.end();
    // A peer that does not answer our goodbye must not hold us.
    const timer = setTimeout(() => this.#parts.wire.destroy(), 2000);
    await this.closed;
    clearTimeout(timer);
  }

  #exec(command: string, signal: AbortSignal | undefined): Promise<RemoteProcess> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      const { setEnv } = this.#parts.target;
      try {
        this.#parts.client.exec(command, { env: setEnv }, (error, channel) => {
          signal?.removeEventListener('abort', abort);
          if (error) void this.#refusedChannel(error).then(reject);
          else if (signal?.aborted) channel.close();
          // Listening must start in this very call: the exit may be in the packet that is being
          // read.
          else resolve(this.#listenTo(channel));
        });
      } catch (error) {
        signal?.removeEventListener('abort', abort);
        reject(this.#lost(this.#lastError ?? (error as Error)));
      }
    });
  }

  #listenTo(channel: ClientChannel): RemoteProcess {
    return remoteProcess(channel, {
      linkClosed: this.#gone,
      lostError: (cause) => this.#lost(cause),
      burst: () => this.#cork(),
    });
  }

  async #refusedChannel(error: Error & { reason?: unknown }): Promise<Error> {
    const isFull = error.reason !== undefined;
    const saysLost = /No response from server|Not connected/.test(error.message);
    // A connection that is cut just now first refuses the command, and only then says that it is
    // gone.
    const isGone = saysLost || (!isFull && (await this.#isGoneWithin(500)));
    if (isGone) return this.#lost(this.#lastError ?? error);
    return new OrinError({
      code: 'remote-command',
      what: `cannot start a command on ${this.board}`,
      why: isFull
        ? `the server refuses another session (${this.#openChannels} open on this connection; sshd's MaxSessions is 10 unless set): ${cleanLine(error.message)}`
        : `the server refuses to run commands: ${cleanLine(error.message)}`,
      next: isFull
        ? 'raise MaxSessions in its sshd_config to 10 or more'
        : 'use an account that may run commands',
      board: this.board,
      cause: error,
    });
  }

  async #isGoneWithin(ms: number): Promise<boolean> {
    const gone = this.#gone.then(() => true);
    return await Promise.race([gone, sleep(ms, false)]);
  }

  #lost(cause: Error | undefined): OrinError {
    return new OrinError({
      code: 'connection-lost',
      what: `the connection to ${this.board} was lost`,
      why: cause ? cleanLine(cause.message) : 'it was closed from here',
      board: this.board,
      ...(cause ? { cause } : {}),
    });
  }

  /**
   * Packets of this turn of the event loop go out in one system call: half the time of a loopback
   * upload.
   */
  #cork(): void {
    if (this.#isCorked) return;
    const { wire } = this.#parts;
    this.#isCorked = true;
    wire.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      wire.uncork();
    });
  }
}
