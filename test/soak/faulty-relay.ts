import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Which end learns that nothing more will come. */
type HalfClosed = 'program' | 'board';

/** A TCP relay whose weather changes while connections are open. */
export interface FaultyRelay {
  readonly port: number;
  /** Connections that are open through it. */
  readonly connections: number;
  /** Destroys all connections of the moment. */
  cut(): void;
  /** Passes on nothing in either direction, and loses nothing, until `flow`. */
  stall(): void;
  /** In each direction of each connection; null is as fast as it goes. */
  limit(bytesPerSecond: number | null): void;
  /** Ends the stall and the limit. */
  flow(): void;
  /**
   * One end is told that the other will send no more; the other may still be read, and hears of
   * nothing.
   */
  halfClose(end: HalfClosed): void;
  close(): Promise<void>;
}

interface Connection {
  readonly program: Socket;
  readonly board: Socket;
}

/** Starts a relay to a port of 127.0.0.1. */
export async function startFaultyRelay(boardPort: number): Promise<FaultyRelay> {
  const weather = new Weather();
  const connections = new Set<Connection>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (program) => {
    const board = connect({ port: boardPort, host: '127.0.0.1', allowHalfOpen: true });
    board.setNoDelay(true);
    const connection = { program, board };
    connections.add(connection);
    for (const socket of [program, board]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        connections.delete(connection);
        program.destroy();
        board.destroy();
      });
    }
    void pump(program, board, weather);
    void pump(board, program, weather);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  const cut = () => {
    for (const { program } of connections) program.destroy();
  };
  return {
    port: address.port,
    get connections() {
      return connections.size;
    },
    cut,
    stall: () => weather.stall(),
    limit: (bytesPerSecond) => {
      weather.bytesPerSecond = bytesPerSecond;
    },
    flow: () => weather.flow(),
    halfClose: (end) => {
      for (const connection of connections) connection[end].end();
    },
    close: async () => {
      weather.flow();
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

class Weather {
  bytesPerSecond: number | null = null;
  /** Of the stall under way; null when there is none. */
  #stalled: { readonly over: Promise<void>; readonly end: () => void } | null = null;

  stall(): void {
    if (this.#stalled !== null) return;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#stalled = { over, end };
  }

  flow(): void {
    this.bytesPerSecond = null;
    this.#stalled?.end();
    this.#stalled = null;
  }

  /** Resolves when the line passes on what it holds. */
  async clear(): Promise<void> {
    // Another stall can begin while we wait for the end of one.
    while (this.#stalled !== null) await this.#stalled.over;
  }
}

/** Copies one direction, in order, as the weather lets it. */
async function pump(from: Socket, to: Socket, weather: Weather): Promise<void> {
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      await weather.clear();
      const bytes = chunk as Buffer;
      if (weather.bytesPerSecond !== null) {
        await sleep((bytes.length * 1000) / weather.bytesPerSecond);
      }
      // What comes for an end that was told of none is read and dropped.
      if (to.writableEnded || to.destroyed) continue;
      if (!to.write(bytes)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    await weather.clear();
    to.end();
  } catch {
    to.destroy();
  }
}
