import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  abstractPath,
  type BoardHolder,
  type HoldingProcess,
  holderOf,
  holderSocket,
  lockSocket,
  peerProgram,
  readPeer,
  socketNames,
} from '../contract/board-lock.ts';

const maxWaiters = 64;
/**
 * Between being free and being described a board passes through a moment that nobody needs to see.
 */
const describedWithinMs = 50;

export type BoardAttempt =
  | { readonly state: 'held'; readonly release: () => void }
  | { readonly state: 'busy'; readonly holder: BoardHolder };

/**
 * Takes the board for this process, against all users (see `agent/contract/board-lock.ts`), or
 * tells who has it. Throws what the kernel says when it gives no such sockets.
 */
export async function takeBoard(holder: BoardHolder, scope: string): Promise<BoardAttempt> {
  const lock = await HeldName.take(lockSocket(scope));
  if (lock === null) return { state: 'busy', holder: await currentHolder(scope) };
  const description = await HeldName.take(holderSocket(holder, scope));
  const release = () => {
    description?.release();
    lock.release();
  };
  return { state: 'held', release };
}

/**
 * Resolves when the board's holder is gone, however it went, after `ms`, or when the signal fires.
 * Sleeps in the kernel, on a connection to the holder: waiting costs the measurement under way
 * nothing.
 */
export async function boardFreed(scope: string, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const socket = createConnection(abstractPath(lockSocket(scope)));
  const leave = () => socket.destroy();
  const timer = setTimeout(leave, ms);
  signal.addEventListener('abort', leave, { once: true });
  // Refused means gone already, and closing follows every error.
  socket.on('error', () => {});
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  signal.removeEventListener('abort', leave);
  clearTimeout(timer);
}

async function currentHolder(scope: string): Promise<BoardHolder> {
  let holder = readHolder(scope);
  if (!holder?.startedUtc) {
    await sleep(describedWithinMs);
    holder = readHolder(scope);
  }
  const known = holder ?? { owner: 'unknown', runId: 'unknown', startedUtc: '' };
  return { ...known, process: holdingProcess(scope) };
}

/** Null where the board has no perl, or the holder does not listen. */
function holdingProcess(scope: string): HoldingProcess | null {
  const { stdout } = spawnSync('perl', ['-e', peerProgram, lockSocket(scope)], {
    encoding: 'utf8',
    timeout: 5000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return readPeer(stdout ?? '');
}

function readHolder(scope: string): BoardHolder | null {
  try {
    return holderOf(socketNames(readFileSync('/proc/net/unix', 'latin1')), scope);
  } catch {
    return null;
  }
}

/** An abstract socket name that is ours until `release`, or until this process ends. */
class HeldName {
  readonly #server: Server;
  readonly #waiters = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.maxConnections = maxWaiters;
    server.unref();
    server.on('connection', (waiter) => this.#hold(waiter));
  }

  /** Null when another process has the name. */
  static async take(name: string): Promise<HeldName | null> {
    const server = createServer();
    const held = new HeldName(server);
    server.listen(abstractPath(name));
    try {
      await once(server, 'listening');
      return held;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
      throw error;
    }
  }

  release(): void {
    this.#server.close();
    for (const waiter of this.#waiters) waiter.destroy();
  }

  /** Whoever waits for the board learns of its release by the end of this connection. */
  #hold(waiter: Socket): void {
    this.#waiters.add(waiter);
    waiter.unref();
    waiter.on('error', () => {});
    waiter.on('close', () => this.#waiters.delete(waiter));
    waiter.resume();
  }
}
