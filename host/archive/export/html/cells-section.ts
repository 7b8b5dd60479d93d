import { harnessShareText } from '../../../analysis/harness-share.ts';
import { labelUnderModel, modelName } from '../../../analysis/model-name.ts';
import type { CellResult, PercentileResult } from '../../../analysis/result/cell-result.ts';
import type { Comparison, Result } from '../../../analysis/result/result.ts';
import { engineBuild_ns, hasTrtexec, timedText } from '../../../analysis/timed.ts';
import { placementText } from '../../../analysis/verdict/placement.ts';
import { formatDuration, formatInterval, formatNumber } from '../../../quantities/format.ts';
import { dataTable, html, type Markup, nothing } from './markup.ts';

/** A mark stands beside each verdict's word. */
const marks: Readonly<Record<CellResult['verdict']['kind'], string>> = {
  VALID: '✓',
  WIDE: '↔',
  UNSTABLE: '≈',
  THROTTLED: '▼',
  INVALID: '✗',
};

export function verdictChip(
  kind: CellResult['verdict']['kind'],
  count: number | null = null,
): Markup {
  return html`<span class="chip ${kind.toLowerCase()}">${marks[kind]} ${count === null ? '' : `${count} `}${kind}</span>`;
}

export function isUnsound({ verdict }: CellResult): boolean {
  return verdict.kind !== 'VALID' && verdict.kind !== 'WIDE';
}

/** The cells of a run: the headline with its interval, and why a row is not VALID. */
export function cellsSection(result: Result, cells: readonly CellResult[]): Markup {
  const models = [...new Set(cells.map(({ model }) => model))];
  return html`<section id="cells"><h2>Latency</h2>${models.map((model) => {
    const own = cells.filter((cell) => cell.model === model);
    const name = modelName(result.plan, model);
    return html`${models.length > 1 ? html`<h3>${name}</h3>` : nothing}${cellTable(own, result)}`;
  })}${reasons(cells)}${passTable(cells)}</section>`;
}

function cellTable(cells: readonly CellResult[], result: Result): Markup {
  const isMixed = hasTrtexec(cells);
  const highest = Math.max(...cells.map(({ ci, median_ns }) => ci?.hi_ns ?? median_ns ?? 0));
  const rows = [...cells]
    .sort((a, b) => Number(isUnsound(a)) - Number(isUnsound(b)))
    .map((cell) => {
      const comparison = result.comparisons.find((each) => each.cell === cell.cell) ?? null;
      const build_ns = engineBuild_ns(cell);
      return [
        labelText(cell),
        medianText(cell),
        intervalBar(cell, highest),
        percentileText(cell.percentiles.p90),
        percentileText(cell.percentiles.p99),
        cell.max_ns === null ? '' : formatDuration(cell.max_ns),
        cell.throughput_per_s === null ? '' : formatNumber(cell.throughput_per_s),
        speedUpText(cell, comparison),
        cell.energy?.per_item_j == null ? '' : `${formatNumber(cell.energy.per_item_j)} J`,
        cell.overhead === null ? '' : harnessShareText(cell.overhead),
        isMixed ? timedText(cell) : '',
        build_ns === null ? '' : formatDuration(build_ns),
        verdictChip(cell.verdict.kind),
      ];
    });
  const number = (title: string) => ({ title, isNumber: true });
  return dataTable(
    [
      { title: 'cell' },
      number('median, 95 % CI'),
      { title: '' },
      number('p90'),
      number('p99'),
      number('max'),
      number('per second'),
      number('speed-up'),
      number('per item'),
      number('harness'),
      { title: 'timed' },
      number('engine build'),
      { title: 'verdict' },
    ],
    rows,
  );
}

/** Where it ran stands below its name: beside it, the table is too wide for a page. */
function labelText(cell: CellResult): Markup {
  const { placement } = cell;
  const label = labelUnderModel(cell);
  const ranOn = placement === null ? null : placementText(placement);
  return ranOn ? html`${label}<br><small class="soft">${ranOn}</small>` : html`${label}`;
}

function medianText(cell: CellResult): Markup {
  const { lo_ns, hi_ns } = cell.process_medians;
  if (cell.verdict.kind === 'INVALID' || cell.median_ns === null) return html`none`;
  if (cell.verdict.kind === 'UNSTABLE' && lo_ns !== null && hi_ns !== null) {
    return html`${formatDuration(lo_ns)} to ${formatDuration(hi_ns)}`;
  }
  return html`<strong>${formatInterval(cell.median_ns, cell.ci?.half_width ?? null)}</strong>`;
}

function percentileText({ value_ns, reason }: PercentileResult): Markup {
  if (value_ns !== null) return html`${formatDuration(value_ns)}`;
  return html`<span class="soft" title="${reason}">n/a</span>`;
}

/** The interval on a scale from zero to the highest of the table. */
function intervalBar(cell: CellResult, highest: number): Markup {
  if (cell.median_ns === null || highest <= 0 || cell.verdict.kind === 'INVALID') return nothing;
  const at = (value: number) => Math.round((value / highest) * 1000) / 10;
  const { lo_ns: lowest, hi_ns: most } = cell.process_medians;
  const lo = at(Math.min(highest, cell.ci?.lo_ns ?? lowest ?? cell.median_ns));
  const hi = at(Math.min(highest, cell.ci?.hi_ns ?? most ?? cell.median_ns));
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="${at(cell.median_ns)}" height="10"/><rect class="band" x="${lo}" width="${Math.max(0.8, hi - lo)}" height="10"/></svg>`;
}

/** `~` where the blocks do not tell; nothing where the number itself is not sound. */
function speedUpText(cell: CellResult, comparison: Comparison | null): Markup {
  if (comparison === null || isUnsound(cell)) return nothing;
  const { value, lo, hi } = comparison.speed_up;
  const range = `${formatNumber(lo)} to ${formatNumber(hi)}`;
  if (comparison.decision === 'inconclusive') return html`<span title="${range}">~</span>`;
  return html`<span title="95 % CI ${range}">${formatNumber(value)}×</span>`;
}

function reasons(cells: readonly CellResult[]): Markup {
  const found = cells.filter(({ verdict }) => verdict.kind !== 'VALID');
  if (found.length === 0)
    return html`<p class="soft">Every cell is VALID: steady, within the precision asked for, not throttled, run where it was asked to.</p>`;
  return html`<ul class="reasons">${found.map(
    ({ label, verdict }) =>
      html`<li>${verdictChip(verdict.kind)} <strong>${label}</strong>: ${verdict.reason}.${
        verdict.action === null ? nothing : html` <em>Next: ${verdict.action}.</em>`
      }</li>`,
  )}</ul>`;
}

function passTable(cells: readonly CellResult[]): Markup {
  const rows = cells.flatMap(({ label, passes }) => {
    if (passes === null) return [];
    const seconds = [passes.avg_s, passes.max_s, passes.min_s].map((s) => formatDuration(s * 1e9));
    return [[label, String(passes.images_per_pass), String(passes.n), ...seconds]];
  });
  if (rows.length === 0) return nothing;
  const titles = ['images', 'passes', 'average', 'max', 'min'];
  return html`<h3>Passes</h3>${dataTable([{ title: 'cell' }, ...titles.map((title) => ({ title, isNumber: true }))], rows)}`;
}
