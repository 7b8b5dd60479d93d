import type { CellResult } from '../../analysis/result/cell-result.ts';
import type { Result } from '../../analysis/result/result.ts';
import { engineBuild_ns, timedText } from '../../analysis/timed.ts';
import type { JournalData } from '../../journal/journal-data.ts';
import { samplesOf } from './samples.ts';

export type Field = string | number | boolean | null;

/** RFC 4180: quoted where a comma, a quote or a line break would be misread; null is empty. */
function row(fields: readonly Field[]): string {
  const text = fields.map((field) => {
    const value = field === null ? '' : typeof field === 'string' ? inert(field) : String(field);
    return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  });
  return `${text.join(',')}\r\n`;
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it: what a board, a
 * model or a label is called is nothing to compute
 * (https://owasp.org/www-community/attacks/CSV_Injection). Numbers stay numbers.
 */
function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** Name and value of every column of a table of cells. */
export const cellColumns: Readonly<Record<string, (cell: CellResult, result: Result) => Field>> = {
  run_id: (_, result) => result.run_id,
  cell: (cell) => cell.cell,
  label: (cell) => cell.label,
  purpose: (cell) => cell.purpose,
  model: (cell) => cell.model_name,
  model_id: (cell) => cell.model,
  engine: (cell) => cell.config.engine,
  ep: (cell) => cell.config.ep,
  threads: (cell) => cell.config.threads,
  affinity: (cell) => cell.config.affinity,
  batch: (cell) => cell.config.batch,
  items_per_iteration: (cell) => cell.config.items_per_iteration,
  items_from: (cell) => cell.config.items_from?.rule ?? null,
  precision: (cell) => cell.config.precision,
  verdict: (cell) => cell.verdict.kind,
  reason: (cell) => cell.verdict.reason,
  median_ns: (cell) => cell.median_ns,
  ci_lo_ns: (cell) => cell.ci?.lo_ns ?? null,
  ci_hi_ns: (cell) => cell.ci?.hi_ns ?? null,
  ci_half_width: (cell) => cell.ci?.half_width ?? null,
  ci_level: (cell) => cell.ci?.level ?? null,
  processes: (cell) => cell.n_processes,
  iterations_steady: (cell) => cell.iterations.steady,
  iterations_warm_up: (cell) => cell.iterations.warm_up,
  n_eff: (cell) => cell.n_eff,
  mean_ns: (cell) => cell.mean_ns,
  min_ns: (cell) => cell.min_ns,
  max_ns: (cell) => cell.max_ns,
  p90_ns: (cell) => cell.percentiles.p90.value_ns,
  p95_ns: (cell) => cell.percentiles.p95.value_ns,
  p99_ns: (cell) => cell.percentiles.p99.value_ns,
  p999_ns: (cell) => cell.percentiles.p999.value_ns,
  throughput_per_s: (cell) => cell.throughput_per_s,
  steady_class: (cell) => cell.steady.class,
  outliers: (cell) => cell.outliers.count,
  outlier_excess_share: (cell) => cell.outliers.share_of_excess,
  pass_avg_s: (cell) => cell.passes?.avg_s ?? null,
  pass_max_s: (cell) => cell.passes?.max_s ?? null,
  pass_min_s: (cell) => cell.passes?.min_s ?? null,
  harness_share_at_least: (cell) => cell.overhead?.share ?? null,
  harness_share_on_model: (cell) => cell.overhead?.on_model?.share ?? null,
  harness_share_on_model_lo: (cell) => cell.overhead?.on_model?.lo ?? null,
  harness_share_on_model_hi: (cell) => cell.overhead?.on_model?.hi ?? null,
  cpu_busy_percent: (cell) => cell.activity?.busy_percent ?? null,
  interrupts_per_s: (cell) => cell.activity?.interrupts_per_s ?? null,
  context_switches_per_s: (cell) => cell.activity?.context_switches_per_s ?? null,
  wait_share: (cell) => cell.contention?.wait_share ?? null,
  timed: timedText,
  engine_build_ns: engineBuild_ns,
  engine_built_by_cell: (cell) =>
    cell.trtexec?.built_by_cell ?? (cell.cold_start.engine_build_ns === null ? null : true),
  outputs_ok: (cell) => cell.outputs.ok,
  output_rel_l2: (cell) => cell.outputs.rel_l2,
  top1: (cell) => cell.labels?.top1 ?? null,
};

/** One row for each cell, in the order of the plan. */
export function cellsCsv(result: Result): string {
  return row(Object.keys(cellColumns)) + cellRows(result, []);
}

/** The header of a table over several boards. */
export function boardCellsHeader(): string {
  return row(['board', ...Object.keys(cellColumns)]);
}

/** Its rows for one board. */
export function boardCellRows(board: string, result: Result): string {
  return cellRows(result, [board]);
}

function cellRows(result: Result, lead: readonly Field[]): string {
  const columns = Object.values(cellColumns);
  const rows = result.cells.map((cell) =>
    row([...lead, ...columns.map((value) => value(cell, result))]),
  );
  return rows.join('');
}

const sampleColumns =
  'run_id cell model ep threads batch affinity block process iteration t_ns dt_ns phase outlier preempted minor_faults major_faults gc freq_drop interrupt_burst'.split(
    ' ',
  );

/** One row for each iteration, in pieces: the columns of samples.parquet. */
export function* samplesCsv(journal: JournalData): Generator<string> {
  yield row(sampleColumns);
  yield* sampleRows(journal, []);
}

/** The header of the iterations of several boards. */
export function boardSamplesHeader(): string {
  return row(['board', ...sampleColumns]);
}

/** Its rows for one board, in pieces. */
export function boardSampleRows(board: string, journal: JournalData): Generator<string> {
  return sampleRows(journal, [board]);
}

function* sampleRows(journal: JournalData, lead: readonly Field[]): Generator<string> {
  for (const samples of samplesOf(journal)) {
    const { cell } = samples;
    const fixed = [
      ...lead,
      samples.runId,
      cell.id,
      samples.modelName,
      cell.ep,
      cell.threads,
      cell.batch,
    ];
    for (let index = 0; index < samples.length; index += 1) {
      yield row([
        ...fixed,
        cell.affinity,
        samples.block,
        samples.process,
        index,
        samples.t_ns[index] ?? null,
        samples.dt_ns[index] ?? null,
        samples.isSteady(index) ? 'steady' : 'warm-up',
        samples.isOutlier(index),
        samples.preempted(index),
        samples.minorFaults(index),
        samples.majorFaults(index),
        samples.isGc(index),
        samples.isFreqDrop(index),
        samples.isInterruptBurst(index),
      ]);
    }
  }
}
