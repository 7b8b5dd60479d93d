import { join } from 'node:path';
import type { Link } from '../link/link.ts';
import { resultFromJournal } from '../results/compute.ts';
import { saveRun } from '../results/directory.ts';
import { runScript } from '../shell/run-script.ts';
import { word } from '../shell/sh.ts';
import type { BenchOutcome } from './bench.ts';
import type { BenchRequest } from './bench-request.ts';
import { fetchFile } from './fetch-file.ts';
import type { FollowedRun } from './follow.ts';
import { runDirectory } from './launch.ts';

/** The raw logs that a run leaves beside its journal; each is there or not, by the telemetry source. */
const logs = ['mpstat.log', 'proc.log', 'agent.log'] as const;

/**
 * Collects what the run left on the board, computes the result, saves both, and only then removes the run from
 * the board. A run that was cut is saved as what it is.
 */
export async function concludeRun(
  request: BenchRequest,
  followed: FollowedRun,
): Promise<BenchOutcome> {
  const { link, paths, plan, spool } = followed;
  const remote = runDirectory(paths.base, plan.runId);
  if (link) await collectLogs(request, link, remote, spool.directory);
  const journal = await spool.close();
  const result = resultFromJournal(journal);
  const directory = await saveRun(request.directories.runs, spool.directory, result, journal);
  if (link && followed.end !== 'lost') await removeFromBoard(request, link, remote);
  request.listener({ kind: 'finished', result, directory });
  return { result, directory };
}

async function collectLogs(
  request: BenchRequest,
  link: Link,
  remote: string,
  local: string,
): Promise<void> {
  for (const name of logs) {
    try {
      await fetchFile(link, `${remote}/${name}`, join(local, name));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      request.listener({ kind: 'note', text: `${name} could not be collected: ${why}` });
    }
  }
}

async function removeFromBoard(request: BenchRequest, link: Link, remote: string): Promise<void> {
  try {
    await runScript(link, `rm -rf ${word(remote)}`, { step: 'removing the run from the board' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    request.listener({ kind: 'note', text: `the run is saved but still on the board: ${why}` });
  }
}
