import type { JournalEvent } from '../../agent/protocol/events.ts';
import type { Plan } from '../../agent/protocol/plan.ts';
import { OrinError } from '../errors.ts';
import { type Connection, isClosed } from './connection.ts';
import { type FollowedRun, followToEnd } from './follow.ts';
import type { FollowRequest } from './follow-request.ts';
import type { Spool } from './journal-spool.ts';
import { type BoardPaths, type JournalStream, launchRun } from './launch.ts';

export interface ReadyRun {
  readonly connection: Connection;
  readonly paths: BoardPaths;
  readonly plan: Plan;
  /** Where the journal goes; empty yet. */
  readonly spool: Spool;
  /** SHA-256 of the journals of earlier segments, by name, as they lie in the spool's directory; absent: none. */
  readonly earlier?: ReadonlyMap<string, string>;
  /** How long the run waits on a board that somebody takes at this moment; absent: not at all. */
  readonly waitMs?: number;
}

/**
 * Starts a run and follows it. A connection that is lost just then may have taken the launch with it or not: the
 * board is asked, and the run started again when nothing of it is there.
 * @throws OrinError as `followToEnd`.
 */
export async function startRun(
  request: FollowRequest,
  ready: ReadyRun,
  isEnough?: (event: JournalEvent) => boolean,
): Promise<FollowedRun> {
  const { connection, paths, plan, spool, earlier = new Map() } = ready;
  for (;;) {
    request.signal.throwIfAborted();
    const { link } = connection;
    request.listener({ kind: 'launching', runId: plan.runId });
    const stream = await launch(request, ready);
    const onOpened = () => request.listener({ kind: 'started', runId: plan.runId });
    const start = { connection, stream, base: paths.base, plan, spool, earlier, onOpened };
    try {
      return await followToEnd(request, start, isEnough);
    } catch (error) {
      const isNotThere = error instanceof OrinError && error.code === 'run-unknown';
      if (!isNotThere || spool.bytes > 0 || connection.link === link) throw error;
      request.listener({ kind: 'note', text: 'the run had not begun yet: started again' });
    }
  }
}

/** Null when the connection was lost before the board said anything. */
async function launch(
  { signal, leave }: FollowRequest,
  ready: ReadyRun,
): Promise<JournalStream | null> {
  const { paths, plan, waitMs } = ready;
  const untilReady = AbortSignal.any([signal, leave]);
  const { link } = ready.connection;
  try {
    return await launchRun(link, paths, plan, {
      untilReady,
      ...(waitMs !== undefined && { waitMs }),
    });
  } catch (error) {
    if (await isClosed(link)) return null;
    throw error;
  }
}
