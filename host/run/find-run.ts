import { cleanLine } from '../../agent/contract/clean-text.ts';
import { openRun } from '../archive/saved-runs.ts';
import { type Probe, probeBoard } from '../board/probe.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { type BoardRunWithPlan, listBoardRuns } from './board-runs.ts';
import { chooseRun } from './choose-run.ts';
import type { FollowRequest } from './follow-request.ts';
import type { SavedOutcome } from './run-outcome.ts';

/** A run on a board that is meant. */
export interface RunRequest extends FollowRequest {
  /**
   * Id of the run or the beginning of it; null for the one that is running, else the only one there
   * is.
   */
  readonly runId: string | null;
}

export interface FoundRun {
  readonly link: Link;
  readonly probe: Probe;
  readonly base: string;
  /** Null when the board has none of the wanted name. */
  readonly run: BoardRunWithPlan | null;
}

/**
 * Connects and finds the run that is meant.
 * @throws OrinError `run-unknown` when more than one could be meant; and what connecting throws.
 */
export async function findRun(request: RunRequest): Promise<FoundRun> {
  const beganMs = performance.now();
  const link = await request.connect(request.signal);
  request.listener({ kind: 'connected', elapsedMs: performance.now() - beganMs });
  const probe = await probeBoard(link, { signal: request.signal });
  request.listener({ kind: 'probed', facts: probe.facts });
  const runs = await listBoardRuns(link, probe, request.signal);
  const run = chooseRun(request.board, runs, request.runId);
  return { link, probe, base: probe.facts.base.path, run };
}

/**
 * A run that is not on the board because it was collected before.
 * @throws OrinError `run-unknown` when it is not here either.
 */
export async function findSaved(request: RunRequest): Promise<SavedOutcome> {
  const wanted = request.runId ?? '';
  const saved = await openRun(request.directories.runs, wanted).catch(() => null);
  if (saved === null || saved.isPartial) throw unknownRun(request.board, wanted);
  return { kind: 'saved', result: saved.result, directory: saved.directory };
}

export function unknownRun(board: string, wanted: string): OrinError {
  return new OrinError({
    code: 'run-unknown',
    what: `no run ${cleanLine(wanted, 60)} on ${board}`,
    why: 'it was collected from another machine, or never ran there',
    next: `orin-remote runs ${board}`,
    board,
  });
}
