import { join } from 'node:path';
import type { Plan } from '../../agent/protocol/plan.ts';
import { segmentFile } from '../../agent/protocol/run-files.ts';
import type { Link } from '../link/link.ts';
import { resultFromJournal } from '../results/compute.ts';
import { runFiles, saveRun } from '../results/directory.ts';
import { removeLeftovers } from '../results/leftovers.ts';
import { readSavedJournal } from '../results/saved-runs.ts';
import { isSavedWhole } from '../results/saved-whole.ts';
import { runScript } from '../shell/run-script.ts';
import { earlierHashes } from './earlier-segments.ts';
import { fetchFile } from './fetch-file.ts';
import type { FollowedRun } from './follow.ts';
import type { FollowRequest } from './follow-request.ts';
import { openJournal } from './journal-bytes.ts';
import { followRun } from './launch.ts';
import { inRunDirectory, runDirectory } from './run-directory.ts';
import type { RunOutcome, SavedOutcome } from './run-outcome.ts';

/** The raw logs that a run leaves beside its journal; each is there or not, by the telemetry source. */
const logs = ['mpstat.log', 'proc.log', 'agent.log'] as const;

export interface ConcludeOptions {
  /** The run stays on the board: it is going on there. */
  readonly isKept?: boolean;
}

/**
 * Ends what following began. A run that was left stays on the board and nothing of it here. Of any other what it left on
 * the board is collected, the result computed, both saved; and only when all of it is on the disk here, byte
 * for byte, the run is removed from the board. A run that was cut is saved as what it is.
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
): Promise<SavedOutcome> {
  const { link, base, plan, spool, end } = followed;
  const note = (text: string) => request.listener({ kind: 'note', text });
  const isOver = end === 'bye' || end === 'died';
  const failures: string[] = [];
  if (link && isOver) {
    if (!spool.isVerified) failures.push(...(await receiveAgainIfOther(request, link, followed)));
    failures.push(...(await collectLogs(link, base, plan, spool.directory)));
  }
  for (const failure of failures) note(failure);
  const { sha256 } = spool;
  const newest = await spool.close();
  const { segment = 1 } = plan;
  const journal = segment === 1 ? newest : await readSavedJournal(spool.directory);
  const result = resultFromJournal(journal);
  const directory = await saveRun(request.directories.runs, spool.directory, result, journal);
  await removeLeftovers(request.directories.runs, plan.runId);
  if (end === 'gone') {
    note('the run is not on the board any more: what had arrived is saved');
  } else if (!link || !isOver) {
    note('the board was not reached again: what had arrived is saved, all of it is still there');
  } else if (failures.length > 0) {
    note('the run is saved, and stays on the board until all of it could be collected');
  } else if (isKept) {
    note('what was measured until the cut is saved');
  } else if (await isSavedWhole(directory, await journalHashes(link, base, plan, sha256))) {
    await removeFromBoard(link, base, plan.runId).catch((error: unknown) => {
      note(`the run is saved but still on the board: ${messageOf(error)}`);
    });
  } else {
    note(`the copy in ${directory} is not what arrived: the run stays on the board`);
  }
  if (!isKept) tellHowToGoOn(request, followed);
  request.listener({ kind: 'finished', result, directory });
  return { kind: 'saved', result, directory };
}

/** What was cut can go on; of a board that was lost nobody knows whether the run was. */
function tellHowToGoOn({ board, listener }: FollowRequest, { end, plan }: FollowedRun): void {
  if (end !== 'died') return;
  const text = `to measure what is missing: orin-remote attach ${board} ${plan.runId} --resume`;
  listener({ kind: 'note', text });
}

/** SHA-256 of all journals of the run, by name: the newest as it arrived, earlier ones as they are on the board. */
async function journalHashes(
  link: Link,
  base: string,
  plan: Plan,
  newest: string,
): Promise<ReadonlyMap<string, string>> {
  const name = segmentFile(runFiles.journal, plan.segment ?? 1);
  return new Map([...(await earlierHashes(link, base, plan)), [name, newest]]);
}

/**
 * A journal that does not verify by its own last line is held against the file on the board, and received again from
 * its first byte where they differ: what was followed while a full disk rolled it back is such a case. Gives what
 * hindered that.
 * @throws OrinError when it breaks off on the way: what is here is then less than before.
 */
async function receiveAgainIfOther(
  request: FollowRequest,
  link: Link,
  { base, plan, spool }: FollowedRun,
): Promise<string[]> {
  const script = `${inRunDirectory(base, plan.runId)}; sha256sum < "$r/${segmentFile(runFiles.journal, plan.segment ?? 1)}"`;
  const step = 'checking the journal on the board';
  const answer = await runScript(link, script, { step }).catch(messageOf);
  if (typeof answer === 'string') return [`the journal could not be checked: ${answer}`];
  const there = /^[0-9a-f]{64}/.exec(answer.output)?.[0];
  if (there === undefined) return [`the journal could not be checked: ${answer.stderr}`];
  if (there === spool.sha256) return [];
  request.listener({ kind: 'note', text: 'the journal on the board is another: received again' });
  await spool.restart();
  const stream = await followRun(link, base, plan, 0);
  const journal = await openJournal(stream, request.board);
  for await (const chunk of journal.bytes) {
    await spool.append(chunk);
    if (spool.hasEnded) break;
  }
  stream.process.close();
  return [];
}

/** Of all segments. Gives what could not be collected and why. */
async function collectLogs(
  link: Link,
  base: string,
  { runId, segment: segments = 1 }: Plan,
  local: string,
): Promise<string[]> {
  const failures: string[] = [];
  const names = Array.from({ length: segments }, (_, at) =>
    logs.map((name) => segmentFile(name, at + 1)),
  );
  for (const name of names.flat()) {
    try {
      await fetchFile(link, `${runDirectory(base, runId)}/${name}`, join(local, name));
    } catch (error) {
      failures.push(`${name} could not be collected: ${messageOf(error)}`);
    }
  }
  return failures;
}

async function removeFromBoard(link: Link, base: string, runId: string): Promise<void> {
  const script = `${inRunDirectory(base, runId)}; rm -rf "$r"`;
  await runScript(link, script, { step: 'removing the run from the board' });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
