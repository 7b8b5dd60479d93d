import type { Plan } from '../../agent/contract/plan.ts';
import type { Spool } from '../archive/journal-spool.ts';
import { OrinError } from '../errors.ts';
import type { RunChange } from '../journal/run-state.ts';
import { boardLimits } from '../link/board-limits.ts';
import { sshWords } from '../reach/config/target-name.ts';
import { type Connection, isClosed } from './connection.ts';
import { type FollowedRun, followToEnd } from './follow.ts';
import type { FollowRequest } from './follow-request.ts';
import { type BoardPaths, type JournalStream, launchRun } from './launch.ts';
import { backOff } from './reconnect.ts';

export interface ReadyRun {
  readonly connection: Connection;
  readonly paths: BoardPaths;
  readonly plan: Plan;
  /** Where the journal goes; empty yet. */
  readonly spool: Spool;
  /**
   * SHA-256 of the journals of earlier segments, by name, as they lie in the spool's directory;
   * absent: none.
   */
  readonly earlier?: ReadonlyMap<string, string>;
  /** How long the run waits on a board that somebody takes at this moment; absent: not at all. */
  readonly waitMs?: number;
}

/**
 * Starts a run and follows it. A connection that is lost just then may have taken the launch with
 * it or not: the board is asked, and the run started again when nothing of it is there.
 * @throws OrinError as `followToEnd`.
 */
export async function startRun(
  request: FollowRequest,
  ready: ReadyRun,
  isEnough?: (change: RunChange) => boolean,
): Promise<FollowedRun> {
  const { connection, paths, plan, spool, earlier = new Map() } = ready;
  for (let launches = 1; ; launches += 1) {
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
      const { fruitlessTries, firstPauseMs } = request.limits ?? boardLimits;
      if (launches > fruitlessTries) throw neverBegan(request.board, launches, error);
      if (launches > 1) await backOff(launches - 1, request.leave, firstPauseMs);
      request.listener({ kind: 'note', text: 'the run had not begun yet: started again' });
    }
  }
}

function neverBegan(board: string, launches: number, cause: OrinError): OrinError {
  return new OrinError({
    code: 'board-silent',
    what: `the run did not begin on ${board} in ${launches} tries (launch)`,
    why: 'each connection was lost before it had begun',
    next: `see whether a connection holds: ssh ${sshWords(board)} sleep 60`,
    board,
    cause,
  });
}

/** Null when the connection was lost before the board said anything. */
async function launch(
  { signal, leave, limits }: FollowRequest,
  ready: ReadyRun,
): Promise<JournalStream | null> {
  const { paths, plan, waitMs } = ready;
  const untilReady = AbortSignal.any([signal, leave]);
  const { link } = ready.connection;
  try {
    return await launchRun(link, paths, plan, {
      untilReady,
      ...(limits && { limits }),
      ...(waitMs !== undefined && { waitMs }),
    });
  } catch (error) {
    if (await isClosed(link)) return null;
    throw error;
  }
}
