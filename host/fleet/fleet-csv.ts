import { boardCellRows, boardCellsHeader } from '../results/export/csv.ts';
import { openRun } from '../results/saved-runs.ts';
import type { FleetRecord } from './fleet-record.ts';

/**
 * One row for each cell of each board that gave a result, in pieces, with the board's name before the columns of a run's own table.
 * Boards without a result are not in it: `reportFleet` names them.
 */
export async function* fleetCsv(
  record: FleetRecord,
  runsDirectory: string,
): AsyncGenerator<string> {
  yield boardCellsHeader();
  for (const { board, outcome, runId } of record.boards) {
    if (outcome !== 'done' || runId === null) continue;
    const run = await openRun(runsDirectory, runId).catch(() => null);
    if (run !== null) yield boardCellRows(board.name, run.result);
  }
}
