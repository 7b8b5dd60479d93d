import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../../agent/protocol/plan.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import type { BenchRequest } from './bench-request.ts';
import { requestCancel } from './cancel.ts';
import { longestMs } from './effort.ts';
import { journalBytes } from './journal-bytes.ts';
import { openSpool, type Spool } from './journal-spool.ts';
import { type BoardPaths, followRun, type JournalStream } from './launch.ts';

export interface StartedRun {
  readonly link: Link;
  readonly stream: JournalStream;
  readonly paths: BoardPaths;
  readonly plan: Plan;
}

/** A run as far as it could be followed. */
export interface FollowedRun {
  /** The connection that is open now: another than at the start when one was lost; null when none is. */
  readonly link: Link | null;
  readonly paths: BoardPaths;
  readonly plan: Plan;
  /** What was received: every journal byte, in order. */
  readonly spool: Spool;
  /** `bye`: to its last event; `died`: the supervisor went without one; `lost`: the board was not reached again. */
  readonly end: 'bye' | 'died' | 'lost';
}

/** Beyond the longest that the run can take, for a board that is slow to come back. */
const RECONNECT_GRACE_MS = 10 * 60_000;
const MAX_BACKOFF_MS = 30_000;

/**
 * Streams the journal to its end. A lost connection is followed by another and continues from the last byte
 * received: the run goes on without us. When the request's signal fires the run is asked to stop, and its
 * last events are still waited for.
 */
export async function followToEnd(request: BenchRequest, start: StartedRun): Promise<FollowedRun> {
  const { plan, paths } = start;
  const spool = await openSpool(request.directories.runs, plan.runId);
  const deadlineMs = Date.now() + longestMs(plan.effort, plan.cells.length) + RECONNECT_GRACE_MS;
  let link: Link | null = start.link;
  let stream = start.stream;
  for (;;) {
    const end = await drain(request, link, stream, spool, start);
    if (end !== 'lost') return { link, paths, plan, spool, end };
    tellLost(request, spool);
    link = await reconnect(request, deadlineMs);
    if (link === null) return { link, paths, plan, spool, end };
    request.listener({ kind: 'note', text: 'connected again; nothing of the run is lost' });
    stream = await followRun(link, paths.base, plan.runId, spool.bytes);
  }
}

async function drain(
  request: BenchRequest,
  link: Link,
  stream: JournalStream,
  spool: Spool,
  start: StartedRun,
): Promise<FollowedRun['end']> {
  const stopCancelling = cancelWhenAsked(request, link, start);
  try {
    for await (const chunk of journalBytes(stream, request.board)) {
      for (const event of await spool.append(chunk)) request.listener({ kind: 'journal', event });
      if (spool.hasEnded) {
        stream.process.close();
        return 'bye';
      }
    }
    await stream.process.exit;
    return 'died';
  } catch (error) {
    if (error instanceof OrinError && error.code !== 'connection-lost') throw error;
    if (await isClosed(link)) return 'lost';
    throw error;
  } finally {
    stopCancelling();
  }
}

/** A signal that fires, or has fired, asks the supervisor to stop; the journal then ends by itself. */
function cancelWhenAsked(request: BenchRequest, link: Link, start: StartedRun): () => void {
  const cancel = () => {
    requestCancel(link, start.paths.base, start.plan.runId).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      request.listener({ kind: 'note', text: `the run could not be asked to stop: ${why}` });
    });
  };
  if (request.signal.aborted) cancel();
  request.signal.addEventListener('abort', cancel, { once: true });
  return () => request.signal.removeEventListener('abort', cancel);
}

async function isClosed(link: Link): Promise<boolean> {
  const notYet = Symbol('open');
  return (await Promise.race([link.closed, sleep(1_000, notYet)])) !== notYet;
}

function tellLost(request: BenchRequest, spool: Spool): void {
  request.listener({
    kind: 'note',
    text: `connection lost after ${spool.events} events; the run goes on; reconnecting`,
  });
}

async function reconnect(request: BenchRequest, deadlineMs: number): Promise<Link | null> {
  for (let attempt = 0; Date.now() < deadlineMs && !request.signal.aborted; attempt += 1) {
    const backoffMs = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** attempt) * (0.75 + Math.random() / 2);
    await sleep(attempt === 0 ? 200 : backoffMs, undefined, { signal: request.signal }).catch(
      () => undefined,
    );
    try {
      return await request.connect(request.signal);
    } catch (error) {
      if (error instanceof OrinError && isFinal(error)) throw error;
    }
  }
  return null;
}

/** Trying again would not help, and could lock an account. */
function isFinal(error: OrinError): boolean {
  return error.code.startsWith('host-key') || error.code.startsWith('auth');
}
