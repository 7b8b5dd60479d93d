import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { OrinError } from '../errors.ts';
import { locateRun } from './saved-runs.ts';

/** mpstat's own log first: proc.log is there where mpstat is not installed. */
const logs = ['mpstat.log', 'proc.log'] as const;

/**
 * Paths of the telemetry logs of a saved run, in the order of its segments.
 * @throws OrinError `run-unknown`; `data-unreadable` when the run was measured without telemetry.
 */
export async function mpstatLogsOf(runsDirectory: string, idOrPrefix: string): Promise<string[]> {
  const { runId, directory } = await locateRun(runsDirectory, idOrPrefix);
  const names = new Set(await readdir(directory));
  for (const log of logs) {
    const segments: string[] = [];
    for (let at = 1; at <= names.size; at += 1) {
      const name = segmentFile(log, at);
      if (names.has(name)) segments.push(join(directory, name));
    }
    if (segments.length > 0) return segments;
  }
  throw new OrinError({
    code: 'data-unreadable',
    what: `run ${runId} has no log of mpstat or of /proc`,
    why: 'it was measured without telemetry, or its logs were not fetched',
    next: 'measure with --telemetry mpstat, or give another log as --file',
  });
}
