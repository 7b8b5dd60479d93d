import { openRun, type SavedRun } from '../archive/saved-runs.ts';
import type { FleetRecord } from './fleet-record.ts';

/** A board's result. */
export interface FleetRun {
  readonly board: string;
  readonly run: SavedRun;
}

/**
 * The results of a fleet run, one in memory at a time. Boards without one, or whose cannot be read,
 * are left out: `reportFleet` names them.
 */
export async function* fleetRuns(
  record: FleetRecord,
  runsDirectory: string,
): AsyncGenerator<FleetRun> {
  for (const { board, outcome, runId } of record.boards) {
    if (outcome !== 'done' || runId === null) continue;
    const run = await openRun(runsDirectory, runId).catch(() => null);
    if (run !== null) yield { board: board.name, run };
  }
}
