import { resultFromJournal } from '../analysis/compute.ts';
import { saveRun } from '../archive/directory.ts';
import { removeLeftovers } from '../archive/leftovers.ts';
import { openRun, readSavedJournal } from '../archive/saved-runs.ts';
import { isSavedWhole } from '../archive/saved-whole.ts';
import { collectRun, journalHashes, messageOf, removeFromBoard } from './collect.ts';
import type { FollowedRun } from './follow.ts';
import type { FollowRequest } from './follow-request.ts';
import { noLanes } from './lanes.ts';
import type { RunOutcome, SavedOutcome } from './run-outcome.ts';

export interface ConcludeOptions {
  /** The run stays on the board: it is going on there. */
  readonly isKept?: boolean;
}

/**
 * Ends what following began. A run that was left stays on the board and nothing of it here. Of any
 * other what it left on the board is collected, the result computed, both saved; and only when all
 * of it is on the disk here, byte for byte, the run is removed from the board. A run that was cut
 * is saved as what it is.
 * @throws OrinError `results-unwritable`, `journal-damaged`; the run is then still on the board.
 */
export async function concludeRun(
  request: FollowRequest,
  followed: FollowedRun,
  options: ConcludeOptions = {},
): Promise<RunOutcome> {
  const { plan, spool, end } = followed;
  if (end === 'left') {
    await spool.discard();
    return { kind: 'left', runId: plan.runId };
  }
  return await saveFollowed(request, followed, options);
}

async function saveFollowed(
  request: FollowRequest,
  followed: FollowedRun,
  { isKept = false }: ConcludeOptions,
): Promise<RunOutcome> {
  const { connection, plan, spool, end } = followed;
  const note = (text: string) => request.listener({ kind: 'note', text });
  const isOver = end === 'bye' || end === 'died';
  const failures = isOver ? await collectRun(request, followed) : [];
  for (const failure of failures) note(failure);
  const { sha256 } = spool;
  const saved = await saveInTurn(request, followed);
  if (saved === null) {
    await spool.discard();
    return { kind: 'left', runId: plan.runId };
  }
  const { result, directory } = saved;
  if (end === 'gone') {
    note('the run is not on the board any more: what had arrived is saved');
  } else if (connection.isLost) {
    note('the board was not reached again: what had arrived is saved, all of it is still there');
  } else if (failures.length > 0) {
    note('the run is saved, and stays on the board until all of it could be collected');
  } else if (isKept) {
    note('what was measured until the cut is saved');
  } else {
    await removeSaved(followed, directory, sha256).catch((error: unknown) => {
      note(`the run is saved but still on the board: ${messageOf(error)}`);
    });
  }
  if (!isKept) tellHowToGoOn(request, followed);
  request.listener({ kind: 'finished', result, directory });
  return saved;
}

/**
 * Null when the person left while it waited for its turn, and all of the run is still on the board.
 */
async function saveInTurn(
  request: FollowRequest,
  followed: FollowedRun,
): Promise<SavedOutcome | null> {
  const { lanes = noLanes, leave } = request;
  // What is nowhere but here is saved whatever happens.
  const signal = followed.end === 'gone' ? new AbortController().signal : leave;
  let hasBegun = false;
  const work = async () => {
    hasBegun = true;
    return await save(request, followed);
  };
  try {
    return await lanes.conclude(signal, work);
  } catch (error) {
    if (!hasBegun && signal.aborted) return null;
    throw error;
  }
}

async function save(request: FollowRequest, { plan, spool }: FollowedRun): Promise<SavedOutcome> {
  const newest = await spool.close();
  const { segment = 1 } = plan;
  const journal = segment === 1 ? newest : await readSavedJournal(spool.directory);
  const result = resultFromJournal(journal);
  const { runs } = request.directories;
  const { directory, isOlderKept } = await saveRun(runs, spool.directory, result, journal);
  await removeLeftovers(runs);
  if (!isOlderKept) return { kind: 'saved', result, directory };
  const text = 'more of this run had been saved before than the board has now: that is kept';
  request.listener({ kind: 'note', text });
  return { kind: 'saved', result: (await openRun(runs, plan.runId)).result, directory };
}

/** Reads back what was saved, then removes the run from the board: this was the only other copy. */
async function removeSaved(
  followed: FollowedRun,
  directory: string,
  sha256: string,
): Promise<void> {
  if (!(await isSavedWhole(directory, journalHashes(followed, sha256)))) {
    throw new Error(`the copy in ${directory} is not what arrived`);
  }
  await removeFromBoard(followed);
}

/** What was cut can go on; of a board that was lost nobody knows whether the run was. */
function tellHowToGoOn({ board, listener }: FollowRequest, { end, plan }: FollowedRun): void {
  if (end !== 'died') return;
  const text = `to measure what is missing: orin-remote attach ${board} ${plan.runId} --resume`;
  listener({ kind: 'note', text });
}
