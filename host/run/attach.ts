import { cleanLine } from '../../agent/protocol/clean-text.ts';
import { PROTOCOL_VERSION } from '../../agent/protocol/version.ts';
import { probeBoard } from '../board/probe.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { openRun } from '../results/saved-runs.ts';
import { type BoardRunWithPlan, listBoardRuns } from './board-runs.ts';
import { requestCancel } from './cancel.ts';
import { chooseRun } from './choose-run.ts';
import { concludeRun } from './conclude.ts';
import { longestMs } from './effort.ts';
import { followToEnd } from './follow.ts';
import type { FollowRequest } from './follow-request.ts';
import { openSpool } from './journal-spool.ts';
import type { RunOutcome, SavedOutcome } from './run-outcome.ts';
import { withConnections } from './with-connections.ts';

/** A run on a board that is meant. */
export interface RunRequest extends FollowRequest {
  /** Id of the run or the beginning of it; null for the one that is running, else the only one there is. */
  readonly runId: string | null;
}

export interface AttachRequest extends RunRequest {
  /** Asks the run to stop first. */
  readonly isCancelling: boolean;
}

/**
 * Follows a run that is on a board from its first byte, whoever started it and from wherever, to the saved result. One
 * that is over is collected; one that is saved here already is opened.
 * @throws OrinError `run-unknown` when no run, or more than one, could be meant; and what following throws.
 */
export async function attach(request: AttachRequest): Promise<RunOutcome> {
  return await withConnections(request, attachConnected);
}

async function attachConnected(request: AttachRequest): Promise<RunOutcome> {
  const tell = request.listener;
  const { link, run, base } = await findRun(request);
  if (run === null) return await savedHere(request, request.runId ?? '');
  const plan = run.plan ?? unreadablePlan(request.board, run);
  const spool = await openSpool(request.directories.runs, run.runId);
  try {
    tell({ kind: 'planned', plan, estimateMs: longestMs(plan.effort, plan.cells.length) });
    if (request.isCancelling) await stop(request, link, base, run.runId);
    tell({ kind: 'attached', run });
    const followed = await followToEnd(request, { link, stream: null, base, plan, spool });
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

interface FoundRun {
  readonly link: Link;
  readonly base: string;
  /** Null when the board has none of the wanted name. */
  readonly run: BoardRunWithPlan | null;
}

async function findRun(request: RunRequest): Promise<FoundRun> {
  const beganMs = performance.now();
  const link = await request.connect(request.signal);
  request.listener({ kind: 'connected', elapsedMs: performance.now() - beganMs });
  const probe = await probeBoard(link, { signal: request.signal });
  request.listener({ kind: 'probed', facts: probe.facts });
  const runs = await listBoardRuns(link, probe, request.signal);
  return { link, base: probe.facts.base.path, run: chooseRun(request.board, runs, request.runId) };
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

/** A run that is not on the board because it was collected before. */
async function savedHere(request: RunRequest, wanted: string): Promise<SavedOutcome> {
  const saved = await openRun(request.directories.runs, wanted).catch(() => null);
  if (saved === null || saved.isPartial) throw unknownRun(request.board, wanted);
  const { result, directory, runId } = saved;
  const text = `run ${runId} is saved here already (${result.run.ended}), and no longer on the board`;
  request.listener({ kind: 'note', text });
  request.listener({ kind: 'finished', result, directory });
  return { kind: 'saved', result, directory };
}

function unknownRun(board: string, wanted: string): OrinError {
  return new OrinError({
    code: 'run-unknown',
    what: `no run ${cleanLine(wanted, 60)} on ${board}`,
    why: 'it was collected from another machine, or never ran there',
    next: `orin-remote runs ${board}`,
    board,
  });
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
