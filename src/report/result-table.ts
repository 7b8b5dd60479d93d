import stringWidth from 'string-width';
import { harnessShareText } from '../../host/analysis/harness-share.ts';
import { labelUnderModel } from '../../host/analysis/model-name.ts';
import type { CellResult, PercentileResult } from '../../host/analysis/result/cell-result.ts';
import type { Result } from '../../host/analysis/result/result.ts';
import { engineBuild_ns, hasTrtexec, timedStages } from '../../host/analysis/timed.ts';
import { placementText, providerName } from '../../host/analysis/verdict/placement.ts';
import { formatDuration, formatNumber, formatPercent } from '../../host/quantities/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { type Column, textTable } from '../terminal/text-table.ts';

type Measured = Pick<Result, 'cells' | 'comparisons'>;

interface Field {
  readonly column: Column;
  readonly text: (cell: CellResult, result: Measured, terminal: Terminal) => string;
  /** Where there is no room for all of the text. */
  readonly short?: (cell: CellResult) => string;
}

const right = (title: string, dropOrder?: number): Column => ({
  title,
  align: 'right',
  ...(dropOrder === undefined ? {} : { dropOrder }),
});
const left = (title: string, dropOrder?: number): Column => ({
  ...right(title, dropOrder),
  align: 'left',
});

/**
 * The fields of a row, in order; an empty column is not printed. Where there is no room for all,
 * what the notices or `results show` tell as well goes first.
 */
const fields: readonly Field[] = [
  { column: left('cell'), text: labelUnderModel },
  { column: right('median'), text: medianText },
  { column: left('95 % CI'), text: intervalText },
  { column: right('p90', 6), text: (cell) => percentileText(cell.percentiles.p90) },
  { column: right('p99', 4), text: (cell) => percentileText(cell.percentiles.p99) },
  { column: right('max', 5), text: (cell) => durationOrNothing(cell.max_ns) },
  { column: right('inf/s', 2), text: (cell) => numberOrNothing(cell.throughput_per_s) },
  { column: right('speed-up', 1), text: speedUpText },
  {
    column: right('ours', 7),
    text: (cell) => (cell.overhead ? harnessShareText(cell.overhead) : ''),
  },
  { column: right('CPU', 8), text: cpuText },
  {
    column: right('irq/s', 9),
    text: (cell) => numberOrNothing(cell.activity?.interrupts_per_s ?? null),
  },
  {
    column: right('build', 3),
    text: (cell) => durationOrNothing(engineBuild_ns(cell)),
  },
  { column: left('ran on', 0), text: ranOnText, short: ranOnShort },
  { column: left('verdict'), text: (cell, _result, terminal) => verdictText(cell, terminal) },
];

/** The cells of a run as an aligned table; cells that do not count stand last, never left out. */
export function resultTable(
  cells: readonly CellResult[],
  result: Measured,
  terminal: Terminal,
): string[] {
  const sorted = [...cells].sort((a, b) => Number(isBad(a)) - Number(isBad(b)));
  const columns = fields.map((field) => field.column);
  // Before the table is laid out: signs that stand for others are wider.
  const rowsBy = (text: (field: Field, cell: CellResult) => string) =>
    sorted.map((cell) => fields.map((field) => plainText(text(field, cell), terminal.isUnicode)));
  const whole = textTable(
    columns,
    rowsBy((field, cell) => field.text(cell, result, terminal)),
  );
  if (whole.every((line) => stringWidth(line) <= terminal.columns())) return whole;
  return textTable(
    columns,
    rowsBy((field, cell) => field.short?.(cell) ?? field.text(cell, result, terminal)),
    terminal.columns(),
  );
}

/** What a row of trtexec times, as a line below the table; none where no row is one. */
export function timedLines(cells: readonly CellResult[]): string[] {
  if (!hasTrtexec(cells)) return [];
  const stages = timedStages(cells);
  const text = cells.every(({ config }) => config.engine === 'trtexec')
    ? `trtexec times ${stages} of a query; building its engine is not in it`
    : `trtexec times ${stages} of a query, the other rows a call; building its engine is in neither`;
  return [`  ${text}`, ''];
}

function isBad(cell: CellResult): boolean {
  return cell.verdict.kind === 'INVALID' || cell.verdict.kind === 'THROTTLED';
}

function medianText(cell: CellResult): string {
  if (cell.verdict.kind === 'INVALID') return 'none';
  if (cell.median_ns === null) return 'none';
  const { lo_ns, hi_ns } = cell.process_medians;
  if (cell.verdict.kind === 'UNSTABLE' && lo_ns !== null && hi_ns !== null) {
    const [low, high] = [formatDuration(lo_ns), formatDuration(hi_ns)];
    return low === high ? low : `${low} … ${high}`;
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

/** The same in few words: notices and `results show` have the rest. */
function ranOnShort(cell: CellResult): string {
  const { placement, trtexec } = cell;
  if (trtexec !== null) return `GPU ${trtexec.timed.replace(/\+.*\+/, '…')}`;
  if (placement === null || placementText(placement) === null) {
    return ranOnText(cell).replace(',', '');
  }
  return `${placement.nodes_on_asked}/${placement.nodes} on ${providerName(placement.asked)}`;
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
