import {
  boardCellRows,
  boardCellsHeader,
  boardSampleRows,
  boardSamplesHeader,
} from '../archive/export/csv.ts';
import { readSavedJournal } from '../archive/saved-runs.ts';
import type { FleetRecord } from './fleet-record.ts';
import { fleetRuns } from './fleet-runs.ts';

/**
 * One row for each cell of each board that gave a result, in pieces, with the board's name before
 * the columns of a run's own table. Boards without a result are not in it: `reportFleet` names
 * them.
 */
export async function* fleetCsv(
  record: FleetRecord,
  runsDirectory: string,
): AsyncGenerator<string> {
  yield boardCellsHeader();
  for await (const { board, run } of fleetRuns(record, runsDirectory)) {
    yield boardCellRows(board, run.result);
  }
}

/** One row for each iteration of each board, in pieces; in memory is one run at a time. */
export async function* fleetSamplesCsv(
  record: FleetRecord,
  runsDirectory: string,
): AsyncGenerator<string> {
  yield boardSamplesHeader();
  for await (const { board, run } of fleetRuns(record, runsDirectory)) {
    yield* boardSampleRows(board, await readSavedJournal(run.directory));
  }
}
