import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface RelayOptions {
  /** Port on 127.0.0.1 that it leads to. */
  readonly port: number;
  /** Held back on each way; a round trip is twice this. */
  readonly delayMs?: number;
  /** In each direction; unlimited when left out. */
  readonly bytesPerSecond?: number;
  /**
   * Both ends are destroyed when this many bytes have come from the client over all connections.
   */
  readonly cutAfterBytes?: number;
}

/** A TCP relay that makes a loopback connection far, slow or mortal. */
export interface Relay {
  readonly port: number;
  /** Bytes that came from clients so far. */
  readonly clientBytes: number;
  /** Bytes that came from the board so far. */
  readonly boardBytes: number;
  /** Destroys all connections of the moment. */
  cut(): void;
  /**
   * Passes on this many more bytes from the board, and not one beyond; then its connections end.
   * Once.
   */
  cutAfterBoardBytes(bytes: number): void;
  close(): Promise<void>;
}

/** A link holds this much before its sender is held back, as buffers on a real path do. */
const BACKLOG_BYTES = 16 * 1024 * 1024;
/** At a limited rate a fifth of a second is enough. */
const BACKLOG_MS = 200;

export async function startRelay(options: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>();
  let clientBytes = 0;
  let boardBytes = 0;
  let boardBytesLeft = Number.POSITIVE_INFINITY;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((client) => {
    const board = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    for (const [socket, other] of [
      [client, board],
      [board, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroySoon();
      });
    }
    forward(board, client, options, (bytes) => {
      boardBytes += bytes;
      const passed = Math.min(bytes, boardBytesLeft);
      boardBytesLeft = passed < bytes ? Number.POSITIVE_INFINITY : boardBytesLeft - bytes;
      return passed;
    });
    forward(client, board, options, (bytes) => {
      clientBytes += bytes;
      if (clientBytes >= (options.cutAfterBytes ?? Number.POSITIVE_INFINITY)) cut();
      return bytes;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  return {
    port: address.port,
    get clientBytes() {
      return clientBytes;
    },
    get boardBytes() {
      return boardBytes;
    },
    cut,
    cutAfterBoardBytes: (bytes) => {
      boardBytesLeft = bytes;
    },
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Held {
  readonly chunk: Buffer | null;
  readonly dueMs: number;
}

/**
 * Copies one direction: each chunk leaves when the line is free, and arrives `delayMs` after it has
 * left. Of a chunk that `pass` does not let through whole the beginning arrives, and then the end
 * of the stream.
 */
function forward(
  from: Socket,
  to: Socket,
  { delayMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY }: RelayOptions,
  pass: (bytes: number) => number,
): void {
  const held: Held[] = [];
  let heldBytes = 0;
  let lineFreeMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const deliver = () => {
    timer = undefined;
    const nowMs = performance.now();
    while (held[0] && held[0].dueMs <= nowMs && !to.writableNeedDrain) {
      const { chunk } = held.shift() as Held;
      if (chunk === null) {
        to.end();
        return;
      }
      heldBytes -= chunk.length;
      if (!to.destroyed) to.write(chunk);
    }
    if (from.isPaused() && heldBytes < BACKLOG_BYTES && lineFreeMs - nowMs < BACKLOG_MS) {
      from.resume();
    }
    schedule();
  };
  const schedule = () => {
    if (timer || !held[0] || to.destroyed) return;
    if (to.writableNeedDrain) return;
    timer = setTimeout(deliver, Math.max(0, held[0].dueMs - performance.now()));
  };
  to.on('drain', deliver);
  from.on('data', (received: Buffer) => {
    const chunk = received.subarray(0, pass(received.length));
    const nowMs = performance.now();
    lineFreeMs = Math.max(nowMs, lineFreeMs) + (chunk.length * 1000) / bytesPerSecond;
    held.push({ chunk, dueMs: lineFreeMs + delayMs });
    heldBytes += chunk.length;
    if (chunk.length < received.length) {
      held.push({ chunk: null, dueMs: lineFreeMs + delayMs });
      from.removeAllListeners('data').removeAllListeners('end').resume();
    }
    if (heldBytes >= BACKLOG_BYTES || lineFreeMs - nowMs >= BACKLOG_MS) from.pause();
    schedule();
  });
  from.on('end', () => {
    held.push({ chunk: null, dueMs: Math.max(performance.now(), lineFreeMs) + delayMs });
    schedule();
  });
}
