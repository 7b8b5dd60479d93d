import type { CellResult, PercentileResult } from '../../host/results/cell-result.ts';
import { formatDuration, formatNumber, formatPercent } from '../../host/results/format.ts';
import { placementText } from '../../host/results/placement.ts';
import type { Result } from '../../host/results/result.ts';
import type { Terminal } from './terminal.ts';
import { type Column, textTable } from './text-table.ts';

type Measured = Pick<Result, 'cells' | 'comparisons'>;

interface Field {
  readonly column: Column;
  readonly text: (cell: CellResult, result: Measured, terminal: Terminal) => string;
}

const right = (title: string, dropOrder?: number): Column => ({
  title,
  align: 'right',
  ...(dropOrder === undefined ? {} : { dropOrder }),
});
const left = (title: string): Column => ({ title, align: 'left' });

/** The fields of a row, in order; an empty column is not printed. */
const fields: readonly Field[] = [
  { column: left('cell'), text: (cell) => cell.label },
  { column: right('median'), text: medianText },
  { column: left('95 % CI'), text: intervalText },
  { column: right('p90', 4), text: (cell) => percentileText(cell.percentiles.p90) },
  { column: right('p99', 2), text: (cell) => percentileText(cell.percentiles.p99) },
  { column: right('max', 3), text: (cell) => durationOrNothing(cell.max_ns) },
  { column: right('inf/s', 1), text: (cell) => numberOrNothing(cell.throughput_per_s) },
  { column: right('speed-up', 0), text: speedUpText },
  {
    column: right('ours'),
    text: (cell) => (cell.overhead ? formatPercent(cell.overhead.share) : ''),
  },
  { column: right('CPU', 5), text: cpuText },
  {
    column: right('irq/s', 6),
    text: (cell) => numberOrNothing(cell.activity?.interrupts_per_s ?? null),
  },
  { column: left('ran on'), text: ranOnText },
  { column: left('verdict'), text: (cell, _result, terminal) => verdictText(cell, terminal) },
];

/** The cells of a run as an aligned table; cells that do not count stand last, never left out. */
export function resultTable(
  cells: readonly CellResult[],
  result: Measured,
  terminal: Terminal,
): string[] {
  const rows = [...cells]
    .sort((a, b) => Number(isBad(a)) - Number(isBad(b)))
    .map((cell) => fields.map((field) => field.text(cell, result, terminal)));
  return textTable(
    fields.map((field) => field.column),
    rows,
    terminal.columns(),
  );
}

function isBad(cell: CellResult): boolean {
  return cell.verdict.kind === 'INVALID' || cell.verdict.kind === 'THROTTLED';
}

function medianText(cell: CellResult): string {
  if (cell.verdict.kind === 'INVALID') return 'none';
  if (cell.median_ns === null) return 'none';
  const { lo_ns, hi_ns } = cell.process_medians;
  if (cell.verdict.kind === 'UNSTABLE' && lo_ns !== null && hi_ns !== null) {
    return `${formatDuration(lo_ns)} … ${formatDuration(hi_ns)}`;
  }
  return formatDuration(cell.median_ns, cell.ci?.half_width ?? null);
}

function intervalText(cell: CellResult): string {
  return cell.ci ? `± ${formatPercent(cell.ci.half_width)}` : '';
}

function percentileText(percentile: PercentileResult): string {
  return percentile.value_ns === null ? 'n/a' : formatDuration(percentile.value_ns);
}

function durationOrNothing(duration_ns: number | null): string {
  return duration_ns === null ? '' : formatDuration(duration_ns);
}

function numberOrNothing(value: number | null): string {
  return value === null ? '' : formatNumber(value);
}

function cpuText(cell: CellResult): string {
  return cell.activity ? `${Math.round(cell.activity.busy_percent)} %` : '';
}

/** Proof of where the nodes ran; for trtexec, which runs nowhere else, what is inside its times. */
function ranOnText({ placement, trtexec, gpu, verdict }: CellResult): string {
  if (trtexec !== null) return `GPU: ${trtexec.timed}`;
  const placed = placement === null ? null : placementText(placement);
  if (placed !== null || gpu === null || verdict.kind === 'INVALID') return placed ?? '';
  return gpu.proof === 'load' ? 'GPU, by its load' : 'GPU not proven';
}

function speedUpText(cell: CellResult, { comparisons }: Measured): string {
  const comparison = comparisons.find((candidate) => candidate.cell === cell.cell);
  if (!comparison) return '';
  // As in the Markdown export: where the blocks do not tell, no number pretends to.
  if (comparison.decision === 'inconclusive') return '~';
  return `${formatNumber(comparison.speed_up.value)}×`;
}

function verdictText(cell: CellResult, { colour }: Terminal): string {
  const { kind } = cell.verdict;
  if (kind === 'VALID') return colour.blue(kind);
  if (kind === 'INVALID' || kind === 'THROTTLED') return colour.bold.red(kind);
  return colour.yellow(kind);
}
