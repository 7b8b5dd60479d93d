import { setTimeout as sleep } from 'node:timers/promises';
import { OrinError } from '../../errors.ts';
import { type ResolvedTarget, resolveHop } from '../config/resolve-target.ts';
import type { HostKeyPolicy } from '../trust/check-host-key.ts';
import { readKnownHost } from '../trust/known-hosts.ts';
import { type Prompter, silentPrompter } from '../trust/prompter.ts';
import { connectFailure } from './connect-failure.ts';
import { Deadline } from './deadline.ts';
import { HandshakeFailure, handshake } from './handshake.ts';
import { type OpenWire, openWire } from './open-wire.ts';
import type { Hop, SharedHops } from './shared-hops.ts';
import { SshLink } from './ssh-link.ts';
import { defaultDeadAfterMs } from './watchdog.ts';

export interface ConnectOptions {
  readonly prompter: Prompter;
  readonly hostKeyPolicy: HostKeyPolicy;
  /** Never ask, whatever the prompter could. */
  readonly batchMode?: boolean;
  /**
   * For one attempt, without the time a person takes to answer; stands over ConnectTimeout. Default
   * 15 s.
   */
  readonly timeoutMs?: number;
  /** Silence after which a connection is taken for dead; default 20 s. */
  readonly deadAfterMs?: number;
  /** Private keys in memory, offered before any other. */
  readonly privateKeys?: readonly string[];
  readonly signal?: AbortSignal;
  /** Where several boards may be behind one jump host: its connections, shared by all. */
  readonly hops?: SharedHops;
  /** Things to be shown: a key added, what is not honoured of a jump host's settings. */
  readonly onNote?: (note: string) => void;
}

const defaultTimeoutMs = 15_000;
const transientAttempts = 3;
const maxHops = 8;

/**
 * Connects to a board as ssh would: proxies, host key, authentication. Tries again (up to three
 * times, or ConnectionAttempts) only what may pass by itself: never a refused key, login or port.
 * @throws OrinError, one of `unknown-host`, `unreachable`, `connect-timeout`, `proxy-failed`,
 *   `ssh-unsupported`, `host-key-…`, `auth-failed`, `auth-unsupported`; or the signal's reason.
 */
export async function connectBoard(
  target: ResolvedTarget,
  options: ConnectOptions,
): Promise<SshLink> {
  return await connectThrough(target, options, 0);
}

async function connectThrough(
  target: ResolvedTarget,
  options: ConnectOptions,
  depth: number,
): Promise<SshLink> {
  const hop = await openHop(target, options, depth);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await attemptOnce(target, hop, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (attempt >= attemptsFor(error, target)) throw error;
      }
      // Jitter keeps several boards behind one address from knocking in step.
      const pauseMs = 500 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
      await sleep(pauseMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  } catch (error) {
    await hop?.end();
    options.signal?.throwIfAborted();
    throw error;
  }
}

/** How often a failure of this kind may be tried in all. */
function attemptsFor(error: unknown, target: ResolvedTarget): number {
  if (!(error instanceof OrinError) || error.code === 'proxy-failed') return 1;
  if (isPassing(error.cause)) return Math.max(transientAttempts, target.connectionAttempts);
  const isSocket = error.code === 'unreachable' || error.code === 'connect-timeout';
  return isSocket ? target.connectionAttempts : 1;
}

function isPassing(cause: unknown): boolean {
  if (cause instanceof HandshakeFailure) return !cause.hasSeenServer && isPassing(cause.cause);
  if (!(cause instanceof Error)) return false;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const isSocket = code === 'ETIMEDOUT' || code === 'ECONNRESET';
  return isSocket || /before handshake/.test(cause.message);
}

async function openHop(
  target: ResolvedTarget,
  options: ConnectOptions,
  depth: number,
): Promise<Hop | null> {
  const { hops } = options;
  if (target.proxyJump === null) return null;
  if (hops === undefined) return await connectHop(target, options, depth);
  // Hops in front of it belong to its connection: shared ones that led in a circle would wait for
  // themselves.
  const { signal: _, hops: _2, ...forAll } = options;
  const open = (signal: AbortSignal) => connectHop(target, { ...forAll, signal }, depth);
  return await hops.through(target, open, options.signal);
}

/** A connection to the jump host in front of a target. */
async function connectHop(
  target: ResolvedTarget,
  options: ConnectOptions,
  depth: number,
): Promise<SshLink> {
  const hop = await resolveHop(target, options.signal);
  if (hop === null) throw new Error(`${target.board} has no jump host`);
  if (depth >= maxHops) {
    throw new OrinError({
      code: 'config',
      what: `cannot connect to ${target.board}`,
      why: `its jump hosts lead through more than ${maxHops} others`,
      next: 'look for a ProxyJump that leads back to itself in ~/.ssh/config',
      board: target.board,
    });
  }
  for (const note of [...hop.notes, ...hop.ssh2Notes]) options.onNote?.(`${hop.board}: ${note}`);
  const { privateKeys: _, ...forHop } = options;
  return await connectThrough(hop, forHop, depth + 1);
}

async function attemptOnce(
  target: ResolvedTarget,
  hop: Hop | null,
  options: ConnectOptions,
): Promise<SshLink> {
  const limitMs = options.timeoutMs ?? target.connectTimeoutMs ?? defaultTimeoutMs;
  const deadline = new Deadline(limitMs);
  const { expired } = deadline;
  const signal = options.signal ? AbortSignal.any([options.signal, expired]) : expired;
  let open: OpenWire | undefined;
  try {
    const known = await readKnownHost(target);
    open = await openWire(target, hop, signal);
    const isSilent = options.batchMode === true || target.batchMode;
    const client = await handshake(open.wire, target, {
      deadline,
      signal,
      known,
      prompter: isSilent ? silentPrompter : options.prompter,
      hostKeyPolicy: options.hostKeyPolicy,
      privateKeys: options.privateKeys ?? [],
      onNote: options.onNote ?? (() => {}),
      deadAfterMs: options.deadAfterMs ?? defaultDeadAfterMs,
    });
    const { deadAfterMs } = options;
    const endCarrier = async () => await hop?.end();
    return new SshLink({ ...open, client, target, deadAfterMs, endCarrier });
  } catch (error) {
    open?.wire.destroy();
    options.signal?.throwIfAborted();
    throw connectFailure(error, target, {
      limitMs,
      isExpired: expired.aborted,
      proxyComplaint: open?.complaint() ?? '',
    });
  } finally {
    deadline.clear();
  }
}
