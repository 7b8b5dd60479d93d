import {
  type BasicType,
  type ColumnSource,
  fileWriter,
  ParquetWriter,
  schemaFromColumnData,
} from 'hyparquet-writer';
import { cellColumns, type Field } from '../archive/export/csv.ts';
import { column, requireSync, SamplesWriter } from '../archive/export/parquet.ts';
import { readSavedJournal } from '../archive/saved-runs.ts';
import type { FleetRecord } from './fleet-record.ts';
import { type FleetRun, fleetRuns } from './fleet-runs.ts';

/**
 * Every iteration of every board: the columns of samples.parquet, `board` before them. In memory is
 * one run at a time.
 */
export async function writeFleetSamples(
  path: string,
  record: FleetRecord,
  runsDirectory: string,
): Promise<void> {
  const writer = new SamplesWriter(path, true);
  for await (const { board, run } of fleetRuns(record, runsDirectory)) {
    writer.append(await readSavedJournal(run.directory), board);
  }
  writer.finish();
}

/**
 * One row for each cell of each board: the columns of the CSV of cells, `board` before them.
 * Results are read twice, first for the kinds of values, so that memory does not grow with the
 * boards.
 */
export async function writeFleetCells(
  path: string,
  record: FleetRecord,
  runsDirectory: string,
): Promise<void> {
  const types = await columnTypes(record, runsDirectory);
  const columnsFor = (rows: readonly (readonly Field[])[]): ColumnSource[] =>
    types.map(({ name, type }, index) =>
      column(
        name,
        type,
        rows.map((row) => row[index] ?? null),
        true,
      ),
    );
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaFromColumnData({ columnData: columnsFor([]) }),
    createdBy: 'orin-remote',
    kvMetadata: [{ key: 'schema', value: 'orin-remote/fleet-cells@1' }],
  });
  for await (const each of fleetRuns(record, runsDirectory)) {
    const rows = rowsOf(each);
    if (rows.length > 0) requireSync(writer.write({ columnData: columnsFor(rows) }));
  }
  requireSync(writer.finish());
}

function rowsOf({ board, run: { result } }: FleetRun): Field[][] {
  const values = Object.values(cellColumns);
  return result.cells.map((cell) => [board, ...values.map((value) => value(cell, result))]);
}

interface Typed {
  readonly name: string;
  readonly type: BasicType;
}

/** A column of which no board has a value is one of numbers: most are. */
async function columnTypes(record: FleetRecord, runsDirectory: string): Promise<readonly Typed[]> {
  const names = ['board', ...Object.keys(cellColumns)];
  const kinds = names.map(() => new Set<string>());
  for await (const each of fleetRuns(record, runsDirectory)) {
    for (const row of rowsOf(each)) {
      row.forEach((value, index) => {
        if (value !== null) kinds[index]?.add(typeof value);
      });
    }
  }
  return names.map((name, index) => {
    const seen = kinds[index] ?? new Set();
    if (seen.has('string')) return { name, type: 'STRING' };
    return { name, type: seen.has('boolean') ? 'BOOLEAN' : 'DOUBLE' };
  });
}
