import { join } from 'node:path';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { type ErrorCode, OrinError } from '../../errors.ts';
import type { Link, RemoteProcess } from '../../link/link.ts';
import type { PrivateDirectory } from '../../workstation/private-directory.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import {
  type LoginArguments,
  probeArguments,
  separateSessionArguments,
  sharedSessionArguments,
} from './client-arguments.ts';
import { clientFailure } from './client-failure.ts';
import { type SessionSurroundings, startSession } from './client-session.ts';
import type { Master } from './master.ts';
import { SessionLog, type SessionProgress } from './session-log.ts';

export interface SshClientLinkParts {
  readonly target: ResolvedTarget;
  readonly login: LoginArguments;
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: PrivateDirectory;
  /** Null where each command has a connection of its own. */
  readonly master: Master | null;
  readonly isLoopback: boolean;
  /** Ends what was only there for the login. */
  readonly onClosed: () => void;
}

/** How long a master may take to end when asked. */
const endGraceMs = 2000;

/** Failures that say that the board is not there, or not any more. */
const awayCodes: readonly ErrorCode[] = [
  'unreachable',
  'unknown-host',
  'connect-timeout',
  'connection-lost',
  'proxy-failed',
];

/**
 * A `Link` over the system's ssh client: one process of it for each command, over one connection
 * where it can.
 */
export class SshClientLink implements Link {
  readonly board: string;
  readonly destination: string;
  readonly isLoopback: boolean;
  readonly closed: Promise<Error | undefined>;
  readonly #parts: SshClientLinkParts;
  readonly #gone: Promise<Error | undefined>;
  readonly #running = new Set<RemoteProcess>();
  #settleGone: (cause: Error | undefined) => void = () => {};
  #isGone = false;
  #isEnding = false;
  #roundTripMs: number | null = null;
  #sentBytes = 0;
  #receivedBytes = 0;
  #sessions = 0;

  constructor(parts: SshClientLinkParts) {
    const { master, target } = parts;
    this.#parts = parts;
    this.board = target.board;
    this.destination = `${target.user}@${target.hostName}:${target.port}`;
    this.isLoopback = parts.isLoopback;
    this.#gone = new Promise((resolve) => {
      this.#settleGone = (cause) => {
        this.#isGone = true;
        resolve(cause);
      };
    });
    void master?.control.closed.then(async () => {
      this.#settleGone(this.#isEnding ? undefined : await whyEnded(master));
    });
    this.closed = this.#gone.then(async (cause) => {
      await Promise.allSettled([...this.#running].map((process) => process.exit));
      parts.onClosed();
      await parts.directory.remove();
      return cause;
    });
  }

  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  /**
   * What commands were sent and what they said: ssh does not tell how much that was on the wire.
   */
  get traffic(): { readonly sentBytes: number; readonly receivedBytes: number } {
    return { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
  }

  /** Commands that run at this moment. */
  get runningCount(): number {
    return this.#running.size;
  }

  async start(command: string, signal?: AbortSignal): Promise<RemoteProcess> {
    signal?.throwIfAborted();
    if (this.#isGone || this.#isEnding) throw this.#lost(await this.#gone);
    const { target, login, master } = this.#parts;
    const log = this.#newLog();
    const args = master
      ? sharedSessionArguments(master.controlPath, log.path, target.setEnv, command)
      : separateSessionArguments(target, login, log.path, command);
    const session = await startSession(args, log, this.#surroundings(), signal);
    this.#sentBytes += Buffer.byteLength(command);
    const roundTripMs = session.roundTripMs ?? Number.POSITIVE_INFINITY;
    if (roundTripMs < (this.#roundTripMs ?? Number.POSITIVE_INFINITY)) {
      this.#roundTripMs = roundTripMs;
    }
    this.#watch(session.process, signal);
    return session.process;
  }

  /** Has the server open a channel and nothing else: any answer shows that it is there. */
  async probe(): Promise<void> {
    const { master } = this.#parts;
    if (master === null) return;
    const log = this.#newLog();
    const args = probeArguments(master.controlPath, log.path);
    const { process } = await startSession(args, log, this.#surroundings(), undefined);
    process.close();
    await process.exit;
  }

  #newLog(): SessionLog {
    return new SessionLog(join(this.#parts.directory.path, `session-${this.#sessions++}.log`));
  }

  #surroundings(): SessionSurroundings {
    return {
      environment: this.#parts.environment,
      linkClosed: this.#gone,
      hasOwnConnection: this.#parts.master === null,
      lostError: (cause) => {
        // Where every command has its own connection, the loss of one is all there is to notice.
        if (this.#parts.master === null) this.#settleGone(cause);
        return this.#lost(cause);
      },
      refusedError: (progress) => this.#refused(progress),
      count: (sentBytes, receivedBytes) => {
        this.#sentBytes += sentBytes;
        this.#receivedBytes += receivedBytes;
      },
    };
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    const { master } = this.#parts;
    if (master === null) this.#settleGone(undefined);
    else if (!master.isOurs) master.control.release();
    else master.control.terminate();
    const timer = setTimeout(() => this.#endByForce(), endGraceMs);
    await this.closed;
    clearTimeout(timer);
  }

  /** Takes the connection for dead, although ssh does not say so. */
  abandon(cause: Error): void {
    this.#settleGone(cause);
    this.#parts.master?.control.release();
  }

  #watch(process: RemoteProcess, signal: AbortSignal | undefined): void {
    this.#running.add(process);
    const close = () => process.close();
    if (signal?.aborted) close();
    signal?.addEventListener('abort', close, { once: true });
    const onEnd = () => {
      this.#running.delete(process);
      signal?.removeEventListener('abort', close);
    };
    process.exit.then(onEnd, onEnd);
  }

  #endByForce(): void {
    const { master } = this.#parts;
    if (!master?.isOurs) return;
    try {
      process.kill(master.control.pid, 'SIGKILL');
    } catch {
      // Ended by itself.
    }
    master.control.release();
  }

  #refused(progress: SessionProgress): Error {
    const { master, target } = this.#parts;
    if (progress.refusal !== null) {
      return new OrinError({
        code: 'remote-command',
        what: `cannot start a command on ${this.board}`,
        why: `the server refuses another session (${this.#running.size} open on this connection; sshd's MaxSessions is 10 unless set): ${cleanLine(progress.refusal)}`,
        next: 'raise MaxSessions in its sshd_config to 10 or more',
        board: this.board,
      });
    }
    if (master !== null) return this.#lost(new Error('its ControlMaster is gone'));
    const words = progress.text.split('\n').filter((line) => !line.startsWith('debug'));
    const failure = clientFailure(words.join('\n'), target);
    // Every command logs in anew: one that cannot get there is how the loss of this link is
    // noticed.
    if (awayCodes.includes(failure.code)) this.#settleGone(failure);
    return failure;
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
}

async function whyEnded(master: Master): Promise<Error> {
  const lines = (await master.words()).split('\n').map((line) => cleanLine(line));
  const said = lines.filter((line) => line !== '' && !line.startsWith('Warning: Permanently'));
  return new Error(said.at(-1) ?? 'the connection of the ssh client ended');
}
