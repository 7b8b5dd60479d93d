import type { CellResult } from '../../../analysis/result/cell-result.ts';
import type { Result } from '../../../analysis/result/result.ts';
import { latencyMeaning } from '../../../analysis/timed.ts';
import type { BenchSettings } from '../../../plan/settings.ts';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
} from '../../../quantities/format.ts';
import { dataTable, html, type Markup, nothing, type TableColumn } from './markup.ts';

const number = (title: string): TableColumn => ({ title, isNumber: true });

/** Heat, clocks and power of the board while each cell ran. */
export function boardSection(cells: readonly CellResult[]): Markup {
  const rows = cells.flatMap(({ label, board, energy }) => {
    if (board === null && energy === null) return [];
    const hottest = [...(board?.temperatures ?? [])].sort((a, b) => b.max_c - a.max_c)[0];
    return [
      [
        label,
        board?.power_mode ?? '',
        clockText(board?.cpu_clock ?? null),
        clockText(board?.gpu_clock ?? null),
        hottest === undefined ? '' : `${hottest.zone} ${hottest.max_c} °C`,
        ...energyTexts(energy),
        (board?.throttling ?? []).join('; '),
      ],
    ];
  });
  if (rows.length === 0) return nothing;
  const titles = ['CPU clock', 'GPU clock', 'hottest', 'power', 'per item', 'above idle'];
  return html`<section id="board"><h2>Board</h2>${dataTable(
    [
      { title: 'cell' },
      { title: 'power mode' },
      ...titles.map(number),
      { title: 'slowed itself down' },
    ],
    rows,
  )}</section>`;
}

function energyTexts(energy: CellResult['energy']): string[] {
  if (energy === null) return ['', '', ''];
  const { mean_w, rail, per_item_j, net_per_item_j } = energy;
  const joules = (value: number | null) => (value === null ? '' : `${formatNumber(value)} J`);
  const power = mean_w === null ? '' : `${formatNumber(mean_w)} W (${rail})`;
  return [power, joules(per_item_j), joules(net_per_item_j)];
}

function clockText(clock: NonNullable<CellResult['board']>['cpu_clock']): string {
  const { min, max } = clock?.current_hz ?? { min: null, max: null };
  if (min === null || max === null) return '';
  const mega = (hz: number) => String(Math.round(hz / 1e6));
  return min === max ? `${mega(max)} MHz` : `${mega(min)} to ${mega(max)} MHz`;
}

/** Tells settings as the person would say them on the command line. */
export type CommandOf = (settings: BenchSettings) => string;

/** What has to agree for two results to compare, and what made the run. */
export function environmentSection(result: Result, commandOf: CommandOf | undefined): Markup {
  const { tool, workstation, settings } = result.context;
  const command = settings === null ? undefined : commandOf?.(settings);
  const known: [string, string][] = Object.entries(result.environment).map(([name, value]) => [
    name,
    value ?? 'unknown',
  ]);
  const run: [string, string][] = [
    ['run', result.run_id],
    ['made', result.created_utc],
    [
      'took',
      `${formatNumber(result.run.duration_s)} s, ${formatCount(result.run.blocks_begun, 'block')}`,
    ],
    ['ended', result.run.ended],
    ['seed', String(result.seed)],
    ...(tool ? [['tool', `${tool.name} ${tool.version}`] as [string, string]] : []),
    ...(command === undefined ? [] : [['arguments', command] as [string, string]]),
    ...(workstation
      ? [
          ['workstation', `${workstation.os} ${workstation.arch}, Node ${workstation.node}`] as [
            string,
            string,
          ],
        ]
      : []),
    ...result.plan.models.map((model): [string, string] => [
      'model',
      `${model.name}: ${model.files.map(({ sha256 }) => sha256.slice(0, 16)).join(', ')}`,
    ]),
    [
      'journal',
      `${result.run.journal.bytes} bytes, SHA-256 ${result.run.journal.sha256 ?? 'of a cut journal'}${result.run.journal.is_verified ? ', verified' : ''}`,
    ],
  ];
  const list = (pairs: readonly (readonly [string, string])[]) =>
    html`<dl>${pairs.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  return html`<section id="environment"><h2>Environment</h2><div class="columns">${list(known)}${list(run)}</div></section>`;
}

/** The figures behind the tables, for who wants to check them. */
export function rawSection(cells: readonly CellResult[]): Markup {
  const rows = cells.map((cell) => [
    cell.label,
    figure(cell.median_ns),
    figure(cell.ci?.lo_ns ?? null),
    figure(cell.ci?.hi_ns ?? null),
    figure(cell.mean_ns),
    figure(cell.min_ns),
    figure(cell.percentiles.p90.value_ns),
    figure(cell.percentiles.p95.value_ns),
    figure(cell.percentiles.p99.value_ns),
    figure(cell.percentiles.p999.value_ns),
    figure(cell.max_ns),
    figure(cell.mad_ns),
    String(cell.iterations.steady),
    String(cell.iterations.warm_up),
    formatNumber(cell.n_eff),
    String(cell.outliers.count),
  ]);
  const titles =
    'median,CI from,CI to,mean,min,p90,p95,p99,p99.9,max,MAD,steady,warm-up,effective,outliers';
  return html`<section id="raw"><h2>Raw numbers</h2><details><summary>Cells, in nanoseconds</summary>${dataTable([{ title: 'cell' }, ...titles.split(',').map(number)], rows)}</details>${processTable(cells)}</section>`;
}

function figure(value_ns: number | null): string {
  return value_ns === null ? '' : String(Math.round(value_ns));
}

function processTable(cells: readonly CellResult[]): Markup {
  const rows = cells.flatMap(({ label, processes }) =>
    processes.map((process) => [
      label,
      String(process.block + 1),
      String(process.process),
      process.outcome,
      process.median_ns === null ? '' : formatDuration(process.median_ns),
      process.within?.half_width == null ? '' : `±${formatPercent(process.within.half_width)}`,
      String(process.iterations),
      String(process.warm_up_iterations),
      process.class ?? '',
      process.excluded ?? '',
    ]),
  );
  return html`<details><summary>Processes</summary>${dataTable(
    [
      { title: 'cell' },
      number('block'),
      number('process'),
      { title: 'outcome' },
      number('median'),
      number('within'),
      number('iterations'),
      number('warm-up'),
      { title: 'class' },
      { title: 'why it does not count' },
    ],
    rows,
  )}</details>`;
}

/** Of the cells that are shown; ONNX Runtime's calls are timed by the board's monotonic clock. */
function latencyMarkup({ cells }: Result): Markup {
  const meaning = latencyMeaning(cells.filter(({ purpose }) => purpose === 'measure'));
  const parts = meaning.replace('copied back', "copied back, on the board's monotonic clock");
  return html`${parts.split('`').map((text, at) => (at % 2 === 1 ? html`<code>${text}</code>` : html`${text}`))}`;
}

/** How the numbers were made, for a reader who has only this page. */
export function methodsSection(result: Result): Markup {
  const { effort } = result.plan;
  return html`<footer id="methods"><h2>How this was measured</h2>
<p>${latencyMarkup(result)}. Each repetition is a fresh process; cells are measured in blocks, each in a seeded random order; warm-up is detected and set apart, and no iteration is dropped. The headline is the geometric mean of the medians of processes, with a 95 % t interval over processes. Percentiles stand only where the effective number of iterations supports them; quantiles: ${result.quantile_definition}.</p>
<p>Speed-ups are paired by block. ↔ WIDE: the interval is wider than the precision asked for (${formatPercent(effort.precision)}). ≈ UNSTABLE: no one number describes the cell. ▼ THROTTLED: the board slowed itself down. ✗ INVALID: what was asked for was not what ran.</p>
<p>Whatever is on this page follows from the journal of the run; <code>orin-remote results verify ${result.run_id}</code> recomputes it.</p></footer>`;
}
