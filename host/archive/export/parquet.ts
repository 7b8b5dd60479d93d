import {
  type BasicType,
  type ColumnSource,
  fileWriter,
  ParquetWriter,
  schemaFromColumnData,
} from 'hyparquet-writer';
import { QUANTILE_DEFINITION } from '../../analysis/compute.ts';
import type { JournalData } from '../../journal/journal-data.ts';
import { type ProcessSamples, samplesOf } from './samples.ts';

/**
 * Columns of samples.parquet, one row an iteration: run_id, cell, model, ep, threads, batch (null:
 * the model has none), affinity (null: left alone), block, process, iteration (within the process,
 * from 0), t_ns (start), dt_ns, phase (`warm-up` or `steady`), outlier, preempted (involuntary
 * context switches), minor_faults, major_faults, gc, freq_drop, interrupt_burst. Any Parquet reader
 * opens it, DuckDB for one:
 * `select cell, median(dt_ns) from 'samples.parquet' where phase = 'steady' group by cell`.
 */
export function writeSamples(path: string, journal: JournalData): void {
  const writer = new SamplesWriter(path);
  writer.append(journal);
  writer.finish();
}

/**
 * Samples of one run after the other into one file, with a first column `board` where they are of
 * several boards.
 */
export class SamplesWriter {
  readonly #writer: ParquetWriter;
  readonly #hasBoards: boolean;

  constructor(path: string, hasBoards = false) {
    this.#hasBoards = hasBoards;
    const columnData = hasBoards ? [boardColumn('', 0), ...noRows] : noRows;
    this.#writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: schemaFromColumnData({ columnData }),
      createdBy: 'orin-remote',
      kvMetadata: [
        { key: 'schema', value: `orin-remote/${hasBoards ? 'fleet-' : ''}samples@1` },
        { key: 'quantile_definition', value: QUANTILE_DEFINITION },
        { key: 'time_unit', value: 'nanoseconds of the monotonic clock on the board' },
      ],
    });
  }

  /** One process at a time: memory stays that of the longest one. */
  append(journal: JournalData, board = ''): void {
    for (const samples of samplesOf(journal)) {
      if (samples.length === 0) continue;
      const columns = columnsOf(samples);
      const columnData = this.#hasBoards
        ? [boardColumn(board, samples.length), ...columns]
        : columns;
      requireSync(this.#writer.write({ columnData, rowGroupSize: 100_000 }));
    }
  }

  finish(): void {
    requireSync(this.#writer.finish());
  }
}

function boardColumn(board: string, length: number): ColumnSource {
  return column('board', 'STRING', new Array<string>(length).fill(board));
}

/** The file writer is synchronous. */
export function requireSync(written: unknown): void {
  if (written instanceof Promise) throw new Error('the file writer is expected to be synchronous');
}

function columnsOf(samples: ProcessSamples): ColumnSource[] {
  const { cell, length } = samples;
  const same = (value: unknown) => new Array<unknown>(length).fill(value);
  const each = <T>(of: (index: number) => T) => Array.from({ length }, (_, index) => of(index));
  return [
    column('run_id', 'STRING', same(samples.runId)),
    column('cell', 'STRING', same(cell.id)),
    column('model', 'STRING', same(samples.modelName)),
    column('ep', 'STRING', same(cell.ep)),
    column('threads', 'INT32', same(cell.threads)),
    column('batch', 'INT32', same(cell.batch), true),
    column('affinity', 'STRING', same(cell.affinity), true),
    column('block', 'INT32', same(samples.block)),
    column('process', 'INT32', same(samples.process)),
    column(
      'iteration',
      'INT32',
      each((index) => index),
    ),
    column('t_ns', 'INT64', BigInt64Array.from(samples.t_ns, BigInt)),
    column('dt_ns', 'INT64', BigInt64Array.from(samples.dt_ns, BigInt)),
    column(
      'phase',
      'STRING',
      each((index) => (samples.isSteady(index) ? 'steady' : 'warm-up')),
    ),
    column('outlier', 'BOOLEAN', each(samples.isOutlier)),
    column('preempted', 'INT32', each(samples.preempted)),
    column('minor_faults', 'INT32', each(samples.minorFaults)),
    column('major_faults', 'INT32', each(samples.majorFaults)),
    column('gc', 'BOOLEAN', each(samples.isGc)),
    column('freq_drop', 'BOOLEAN', each(samples.isFreqDrop)),
    column('interrupt_burst', 'BOOLEAN', each(samples.isInterruptBurst)),
  ];
}

export function column(
  name: string,
  type: BasicType,
  data: ColumnSource['data'],
  nullable = false,
): ColumnSource {
  return { name, type, data, nullable };
}

/** The same columns without a row: what the schema is made from. */
const noRows: ColumnSource[] = columnsOf({
  runId: '',
  modelName: '',
  cell: { id: '', ep: 'cpu', threads: 1, batch: 1, affinity: null },
  block: 0,
  process: 0,
  length: 0,
  t_ns: new Float64Array(),
  dt_ns: new Float64Array(),
  isSteady: () => true,
  isOutlier: () => false,
  preempted: () => 0,
  minorFaults: () => 0,
  majorFaults: () => 0,
  isGc: () => false,
  isFreqDrop: () => false,
  isInterruptBurst: () => false,
});
