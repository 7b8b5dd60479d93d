import type { Plan } from '../../agent/contract/plan.ts';
import { openSpool } from '../archive/journal-spool.ts';
import { readSavedJournal } from '../archive/saved-runs.ts';
import { refuseBusyBoard } from '../board/busy-board.ts';
import { restoreStale } from '../board/interrupts/stale-moves.ts';
import type { Probe } from '../board/probe.ts';
import { requireBoard } from '../board/requirements.ts';
import type { Link } from '../link/link.ts';
import { longestMs } from '../plan/effort.ts';
import { formatCount } from '../quantities/format.ts';
import { silentPrompter } from '../reach/trust/prompter.ts';
import { planOf } from './attach.ts';
import type { BoardRunWithPlan } from './board-runs.ts';
import { concludeRun } from './conclude.ts';
import { Connection, type Renewal } from './connection.ts';
import { bringEarlierSegments, shorterOnBoard } from './earlier-segments.ts';
import { findRun, findSaved, type RunRequest } from './find-run.ts';
import { followToEnd } from './follow.ts';
import { nextSegment } from './next-segment.ts';
import { putBack, putBackJournals } from './put-back.ts';
import type { RunOutcome, SavedOutcome } from './run-outcome.ts';
import { startRun } from './start-run.ts';
import { type SupplyRequest, supply } from './supply.ts';
import { withConnections } from './with-connections.ts';

export interface ResumeRequest extends RunRequest, SupplyRequest {
  readonly directories: SupplyRequest['directories'];
}

/**
 * Lets a run that was cut go on: collects what it measured, where that was not done yet, and
 * measures what is missing of its plan as a further segment of the same run, followed to the saved
 * result of all segments. A run that is under way is followed; one that ended by itself is
 * collected.
 * @throws OrinError `run-unknown`, `board-busy`; `push-failed` when a model is neither on the board
 *   any more nor here; and what following throws.
 */
export async function resume(request: ResumeRequest): Promise<RunOutcome> {
  return await withConnections(request, resumeConnected);
}

async function resumeConnected(request: ResumeRequest): Promise<RunOutcome> {
  const { link, probe, base, run } = await findRun(request);
  const connection = new Connection(request, link);
  const isHere = run === null;
  const cut = isHere ? await cutHere(request) : await collect(request, connection, base, run);
  if (cut.outcome.kind === 'left' || !cut.isCut) return cut.outcome;
  requireReady(request.board, probe);
  // Its guardian may have been killed with it, and what is missing is to be measured with
  // interrupts where they were.
  const again = beforeSegment(request);
  const putInterruptsBack = (current: Link) =>
    restoreStale(current, probe.facts, silentPrompter, request.signal);
  const restored = await connection.use(putInterruptsBack, again);
  if (restored !== null) request.listener({ kind: 'note', text: restored });
  const { directory } = cut.outcome;
  const plan = nextSegment(await readSavedJournal(directory));
  const runtime = await supply(request, probe, plan, { connection, again });
  const kept = { base, runId: plan.runId, saved: directory };
  if (isHere) {
    await putBack(connection, kept, again);
  } else {
    const shorter = await shorterOnBoard({ connection, base, plan }, directory);
    await putBackJournals(connection, kept, shorter, again);
  }
  return await runSegment(request, { connection, base, runtime, plan, saved: directory });
}

/** What is missing is not measured yet. */
function beforeSegment({ signal }: ResumeRequest): Renewal {
  return {
    withinMs: 60_000,
    lost: 'connection lost before the run went on; reconnecting…',
    again: 'connected again',
    signal,
  };
}

function requireReady(board: string, { facts }: Probe): void {
  requireBoard(board, facts);
  refuseBusyBoard(facts.lock, board);
}

/** A run as far as it was collected. */
interface Collected {
  readonly outcome: RunOutcome;
  readonly isCut: boolean;
}

async function cutHere(request: ResumeRequest): Promise<Collected> {
  const outcome = await findSaved(request);
  return { outcome, isCut: isCut(request, outcome) };
}

/** Follows a run as `attach` does; one that was cut stays on the board. */
async function collect(
  request: ResumeRequest,
  connection: Connection,
  base: string,
  run: BoardRunWithPlan,
): Promise<Collected> {
  const plan = planOf(request.board, run);
  tellPlan(request, plan);
  const spool = await openSpool(request.directories.runs, run.runId, {
    segment: plan.segment,
    limits: request.limits,
  });
  try {
    request.listener({ kind: 'attached', run });
    const earlier = await bringEarlierSegments({ connection, base, plan, spool });
    const start = { connection, stream: null, base, plan, spool, earlier };
    const followed = await followToEnd(request, start);
    const mayGoOn = run.state === 'died' && followed.end === 'died';
    const outcome = await concludeRun(mayGoOn ? untilFinished(request) : request, followed, {
      isKept: mayGoOn,
    });
    return { outcome, isCut: mayGoOn && outcome.kind === 'saved' && !connection.isLost };
  } finally {
    await spool.discard();
  }
}

/** The run is not finished when what it measured until the cut is saved. */
function untilFinished(request: ResumeRequest): ResumeRequest {
  return {
    ...request,
    listener: (event) => {
      if (event.kind !== 'finished') request.listener(event);
    },
  };
}

/** Says so of a run that was not. */
function isCut({ listener }: ResumeRequest, { result, directory }: SavedOutcome): boolean {
  if (result.run.ended === 'cut') return true;
  const text = `run ${result.run_id} was not cut (${result.run.ended}): there is nothing to resume`;
  listener({ kind: 'note', text });
  listener({ kind: 'finished', result, directory });
  return false;
}

interface ReadySegment {
  readonly connection: Connection;
  readonly base: string;
  /** Its directory on the board. */
  readonly runtime: string;
  readonly plan: Plan;
  /** Directory of the run as it was collected. */
  readonly saved: string;
}

async function runSegment(
  request: ResumeRequest,
  { connection, base, runtime, plan, saved }: ReadySegment,
): Promise<RunOutcome> {
  const missing = plan.order.reduce((sum, block) => sum + block.length, 0);
  const text = `run ${plan.runId} goes on as segment ${plan.segment}: at most ${formatCount(missing, 'process', 'processes')} to measure`;
  request.listener({ kind: 'note', text });
  tellPlan(request, plan);
  request.signal.throwIfAborted();
  const spool = await openSpool(request.directories.runs, plan.runId, {
    segment: plan.segment,
    limits: request.limits,
  });
  try {
    const earlier = await bringEarlierSegments({ connection, base, plan, spool }, saved);
    const paths = { base, runtime };
    const followed = await startRun(request, { connection, paths, plan, spool, earlier });
    return await concludeRun(request, followed);
  } finally {
    // What was saved is elsewhere by now, and what was not is on the board.
    await spool.discard();
  }
}

function tellPlan({ listener }: ResumeRequest, plan: Plan): void {
  listener({ kind: 'planned', plan, estimateMs: longestMs(plan.effort, plan.cells.length) });
}
