import type { Readable, Writable } from 'node:stream';

/** How a remote command ended; `code` is null when a signal or a lost connection ended it. */
export interface RemoteExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One command running on a board. Both output streams must be read, else the channel stalls. */
export interface RemoteProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Settles when the channel has closed; rejects with `connection-lost` when the link died first.
   */
  readonly exit: Promise<RemoteExit>;
  /** Closes the channel without waiting; the remote side sees its streams end. */
  close(): void;
}

/**
 * A connection to one board. The one seam between everything else and a way of reaching a board.
 */
export interface Link {
  /** The board as the person named it. */
  readonly board: string;
  /** `user@address:port` as resolved, for messages. */
  readonly destination: string;
  /** Smallest round trip seen so far, in milliseconds; null before the first. */
  readonly roundTripMs: number | null;
  /** True when both ends are this machine (loopback): packing is then a waste of time. */
  readonly isLoopback: boolean;
  /** Bytes sent and received on the wire so far. */
  readonly traffic: { readonly sentBytes: number; readonly receivedBytes: number };
  /**
   * Settles once, when the connection is gone for whatever reason; undefined after a wanted
   * `end()`.
   */
  readonly closed: Promise<Error | undefined>;
  /**
   * Starts a command under the login shell; build it with `shell/sh.ts` so that any login shell
   * passes it on.
   */
  start(command: string, signal?: AbortSignal): Promise<RemoteProcess>;
  /** Says goodbye and closes the socket; safe to call twice. */
  end(): Promise<void>;
}
