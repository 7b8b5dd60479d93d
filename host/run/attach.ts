import { join } from 'node:path';
import type { Plan } from '../../agent/contract/plan.ts';
import { PROTOCOL_VERSION } from '../../agent/contract/version.ts';
import { openSpool } from '../archive/journal-spool.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { longestMs } from '../plan/effort.ts';
import type { BoardRunWithPlan } from './board-runs.ts';
import { requestCancel } from './cancel.ts';
import { concludeRun } from './conclude.ts';
import { Connection } from './connection.ts';
import { bringEarlierSegments } from './earlier-segments.ts';
import { findRun, findSaved, type RunRequest, unknownRun } from './find-run.ts';
import { followToEnd } from './follow.ts';
import type { FollowRequest } from './follow-request.ts';
import type { RunOutcome, SavedOutcome } from './run-outcome.ts';
import { withConnections } from './with-connections.ts';

export interface AttachRequest extends RunRequest {
  /** Asks the run to stop first. */
  readonly isCancelling: boolean;
}

/**
 * Follows a run that is on a board from its first byte, whoever started it and from wherever, to
 * the saved result. One that is over is collected; one that is saved here already is opened.
 * @throws OrinError `run-unknown` when no run, or more than one, could be meant; and what following
 *   throws.
 */
export async function attach(request: AttachRequest): Promise<RunOutcome> {
  return await withConnections(request, attachConnected);
}

async function attachConnected(request: AttachRequest): Promise<RunOutcome> {
  const tell = request.listener;
  const { link, run, base } = await findRun(request);
  if (run === null) return await savedHere(request);
  const plan = planOf(request.board, run);
  const isLean = request.lanes !== undefined;
  const spool = await openSpool(request.directories.runs, run.runId, {
    segment: plan.segment,
    isLean,
    limits: request.limits,
  });
  try {
    tell({ kind: 'planned', plan, estimateMs: longestMs(plan.effort, plan.cells.length) });
    if (request.isCancelling) await stop(request, link, base, run.runId);
    tell({ kind: 'attached', run });
    const connection = new Connection(request, link);
    const earlier = await bringEarlierSegments(
      { connection, base, plan, spool },
      join(request.directories.runs, run.runId),
    );
    const start = { connection, stream: null, base, plan, spool, earlier };
    const followed = await followToEnd(request, start);
    return await concludeRun(request, followed);
  } finally {
    // What was saved is elsewhere by now, and what was not is on the board.
    await spool.discard();
  }
}

/**
 * Stops a run without collecting it; gives its id.
 * @throws OrinError as `attach`.
 */
export async function cancelRun(request: RunRequest): Promise<string> {
  return await withConnections(request, async (connected) => {
    const { link, run, base } = await findRun(connected);
    if (run === null) throw unknownRun(request.board, request.runId ?? '');
    await stop(connected, link, base, run.runId);
    return run.runId;
  });
}

async function stop(
  request: FollowRequest,
  link: Link,
  base: string,
  runId: string,
): Promise<void> {
  const isAsked = await requestCancel(link, base, runId);
  const text = isAsked ? `run ${runId} was asked to stop` : `run ${runId} was over already`;
  request.listener({ kind: 'note', text });
}

/** A run that was saved before. */
async function savedHere(request: RunRequest): Promise<SavedOutcome> {
  const saved = await findSaved(request);
  const { run_id: runId, run } = saved.result;
  const text = `run ${runId} is saved here already (${run.ended}), and no longer on the board`;
  request.listener({ kind: 'note', text });
  request.listener({ kind: 'finished', result: saved.result, directory: saved.directory });
  return saved;
}

/**
 * The plan of a run on a board.
 * @throws OrinError `protocol-mismatch` when it is none that can be read.
 */
export function planOf(board: string, run: BoardRunWithPlan): Plan {
  return run.plan ?? unreadablePlan(board, run);
}

function unreadablePlan(board: string, run: BoardRunWithPlan): never {
  throw new OrinError({
    code: 'protocol-mismatch',
    what: `run ${run.runId} on ${board} cannot be read`,
    why: `its plan is not one of protocol ${PROTOCOL_VERSION}: another version of the program started it`,
    next: 'attach with the version that started it',
    board,
  });
}
