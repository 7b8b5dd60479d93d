import type { Cell } from '../../../agent/protocol/plan.ts';
import { formatBytes } from '../../../host/push/bytes.ts';
import { formatDuration, formatNumber, formatPercent } from '../../../host/results/format.ts';
import { runningEstimate } from '../../../host/stats/running-estimate.ts';
import type { CpuUse } from '../../../host/telemetry/cpu-use.ts';
import { formatElapsed } from '../../output/quantities.ts';
import { bar, padEnd, padStart, windowAround } from '../frame/text.ts';
import type { Theme } from '../frame/theme.ts';
import { jetsonParts } from './board-state.ts';
import { busyOf } from './cpu-state.ts';
import { cellOf, type LiveState } from './live-state.ts';

/** now, percentiles and the interval, as far as the process allows them and as many as there is room for. */
export function figuresLine(state: LiveState, columns: number, theme: Theme): string {
  const { process } = state;
  if (process === null) return '';
  const now = ['now', process.durations_ns.at(-1) ?? null] as const;
  const { steady } = process;
  if (steady === null) return ` ${figure(now, theme)}   ${theme.note('warm-up')}`;
  const earlier = cellOf(state, process.cell).medians_ns;
  const estimate = runningEstimate(process.isEnded ? earlier : [...earlier, steady.p50_ns]);
  const width = intervalText(estimate?.halfWidth ?? null, theme);
  const interval = columns >= 100 ? `${width} over ${estimate?.processes} processes` : width;
  const all = [
    now,
    ['p50', steady.p50_ns],
    ['p90', steady.p90_ns],
    ['p99', steady.p99_ns],
    ['max', steady.max_ns],
  ] as const;
  const shown = columns >= 80 ? all : all.filter(([name]) => name !== 'p90' && name !== 'max');
  const line = ` ${shown.map((each) => figure(each, theme)).join('   ')}`;
  return width === '' || columns < 60 ? line : `${line}   ${interval}`;
}

/** Wide enough for `1.234 ms`, so that nothing moves while the figures change. */
const FIGURE_COLUMNS = 7;

function figure([name, value]: readonly [string, number | null], theme: Theme): string {
  return `${theme.dim(name)} ${theme.title(padEnd(timeText(value), FIGURE_COLUMNS, theme))}`;
}

function timeText(duration_ns: number | null): string {
  return duration_ns === null ? 'n/a' : formatDuration(duration_ns);
}

/** One line per cell of the plan: its state in mark and word, processes, running median and interval. */
export function cellLines(
  state: LiveState,
  size: { readonly columns: number; readonly rows: number },
  theme: Theme,
): string[] {
  const { plan } = state.progress;
  if (plan === null) return [];
  const cells = [...plan.cells];
  const at = cells.findIndex(({ id }) => id === state.process?.cell);
  const { from, to } = windowAround(cells.length, Math.max(0, at), size.rows - 1);
  const isWide = size.columns >= 58;
  const longest = Math.max(...cells.map(({ label }) => label.length), 12) + 2;
  const severalModels = plan.models.length > 2;
  const labelColumns = Math.max(
    8,
    Math.min(severalModels ? 60 : longest, size.columns - (isWide ? 40 : 23)),
  );
  const head = ` ${padEnd('  cell', labelColumns + 2, theme)}${padStart('n', 3, theme)}${padStart('median', 9, theme)}${padStart('95 % CI', 8, theme)}${isWide ? '  state' : ''}`;
  const lines = cells.slice(from, to).map((cell) => {
    const mark = markOf(state, cell, theme);
    const estimate = runningEstimate(cellOf(state, cell.id).medians_ns);
    const model = plan.models.find(({ id }) => id === cell.model)?.name ?? '';
    const isOther = severalModels && cell.purpose === 'measure';
    const label = isOther ? `${cell.label} ${theme.glyphs.dot} ${model}` : shortLabel(cell, isWide);
    const median = estimate === null ? '' : formatDuration(estimate.median_ns, estimate.halfWidth);
    const width = intervalText(estimate?.halfWidth ?? null, theme);
    const count = estimate === null ? '' : String(estimate.processes);
    return ` ${mark.mark} ${padEnd(label, labelColumns, theme)}${padStart(count, 3, theme)}${padStart(median, 9, theme)}${padStart(width, 8, theme)}${isWide ? `  ${mark.word}` : ''}`;
  });
  return [theme.dim(head), ...lines];
}

function shortLabel({ purpose, label }: Cell, isWide: boolean): string {
  return purpose === 'calibration' && !isWide ? label.replace(/^null model/, 'null') : label;
}

/** Few processes that differ give an interval that says only that nothing is known yet. */
function intervalText(halfWidth: number | null, theme: Theme): string {
  if (halfWidth === null) return '';
  const { plusMinus } = theme.glyphs;
  return halfWidth > 1 ? `${plusMinus}>100 %` : `${plusMinus}${formatPercent(halfWidth)}`;
}

const endings: Readonly<Record<string, string>> = {
  precise: 'precise',
  'max-blocks': 'all blocks',
  budget: 'out of time',
  failed: 'failed',
  cancelled: 'stopped',
};

function markOf(
  state: LiveState,
  cell: Cell,
  theme: Theme,
): { readonly mark: string; readonly word: string } {
  const { ended, failed, medians_ns } = cellOf(state, cell.id);
  const { glyphs } = theme;
  if (ended === 'failed') return { mark: theme.failed(glyphs.failed), word: 'failed' };
  if (ended !== null) return { mark: theme.done(glyphs.done), word: endings[ended] ?? ended };
  if (state.process?.cell === cell.id && !state.process.isEnded) {
    const word = state.process.steadyFrom_ns === null ? 'warm-up' : 'measuring';
    return { mark: theme.running(glyphs.running), word: theme.running(word) };
  }
  if (failed > 0) return { mark: theme.failed(glyphs.failed), word: `${failed} failed` };
  const word = medians_ns.length > 0 ? 'to be repeated' : 'waiting';
  return { mark: theme.dim(glyphs.waiting), word: theme.dim(word) };
}

interface CpuColumn {
  readonly name: keyof CpuUse;
  readonly title: string;
  readonly width: number;
  /** Where there is no room, columns with the highest number go first; 0 stays. */
  readonly drop: number;
}

/** Columns of mpstat, in its order; those that are nearly always zero on a Jetson go first. */
const columns: readonly CpuColumn[] = [
  { name: 'usr', title: 'usr', width: 5, drop: 0 },
  { name: 'nice', title: 'nice', width: 5, drop: 4 },
  { name: 'sys', title: 'sys', width: 5, drop: 0 },
  { name: 'iowait', title: 'iow', width: 5, drop: 1 },
  { name: 'irq', title: 'irq', width: 5, drop: 0 },
  { name: 'soft', title: 'soft', width: 5, drop: 0 },
  { name: 'steal', title: 'stl', width: 4, drop: 3 },
  { name: 'guest', title: 'gst', width: 4, drop: 5 },
  { name: 'gnice', title: 'gnc', width: 4, drop: 6 },
  { name: 'idle', title: 'idle', width: 5, drop: 0 },
];

/** mpstat's columns and a bar per CPU, `all` last and never left out. */
export function cpuLines(
  state: LiveState,
  size: { readonly columns: number; readonly rows: number },
  theme: Theme,
): string[] {
  const { sample } = state.cpu;
  if (sample === null) return [theme.dim(` ${noSampleText(state)}`)];
  const barCells = size.columns >= 70 ? 16 : 6;
  const shown = fitting(size.columns - 6 - barCells);
  const row = (name: string, use: CpuUse) =>
    ` ${padStart(name, 3, theme)} ${bar(busyOf(use) / 100, barCells, theme)} ${shown.map((field) => padStart(percentText(use[field.name]), field.width, theme)).join('')}`;
  const cpus = [...sample.cpus].sort(([a], [b]) => a - b);
  const rows = size.rows - 2;
  const visible = cpus.length <= rows ? cpus : cpus.slice(0, Math.max(0, rows - 1));
  const hidden = cpus.length - visible.length;
  const head = ` cpu ${padEnd('busy', barCells, theme)} ${shown.map(({ title, width }) => padStart(title, width, theme)).join('')}`;
  return [
    theme.dim(head),
    ...visible.map(([cpu, use]) => row(String(cpu), use)),
    ...(hidden > 0 ? [theme.dim(`     ${hidden} more CPUs`)] : []),
    row('all', sample.all),
  ];
}

function fitting(room: number): readonly CpuColumn[] {
  let left = room;
  const kept = [...columns]
    .sort((a, b) => a.drop - b.drop)
    .filter(({ width }) => {
      left -= width;
      return left >= 0;
    });
  return columns.filter((column) => kept.includes(column));
}

function percentText(value: number): string {
  return value >= 99.95 || value < 0.05 ? String(Math.round(value)) : value.toFixed(1);
}

function noSampleText({ progress, cpu }: LiveState): string {
  if (progress.plan?.telemetry === 'off') return 'telemetry is off';
  return cpu.last === null ? 'waiting for the first reading' : 'waiting for the second reading';
}

/** All CPUs in one line, for small terminals. */
export function cpuSummary(state: LiveState, columns: number, theme: Theme): string {
  const { sample } = state.cpu;
  if (sample === null) return theme.dim(` cpu  ${noSampleText(state)}`);
  const [cpu, use] = [...sample.cpus].reduce((a, b) => (busyOf(b[1]) > busyOf(a[1]) ? b : a));
  const cells = Math.max(4, Math.min(20, columns - 50));
  return ` cpu ${bar(busyOf(sample.all) / 100, cells, theme)} ${padStart(percentText(busyOf(sample.all)), 4, theme)} % busy, most on cpu${cpu} (${percentText(busyOf(use))} %)`;
}

/** GPU, heat and power, memory, interrupts and context switches: what the board's own counters say so far. */
export function boardText(state: LiveState, theme: Theme): string {
  const { cpu, progress } = state;
  const dot = ` ${theme.glyphs.dot} `;
  const total = progress.facts?.memory.totalBytes;
  const parts = jetsonParts(state.board).map((part) =>
    part.startsWith('OVER') ? theme.failed(part) : part,
  );
  if (cpu.last !== null && total !== undefined) {
    const used = Math.max(0, total - cpu.last.memAvailableBytes);
    parts.push(`ram ${formatBytes(used)} of ${formatBytes(total)}`);
  }
  if (cpu.sample !== null) {
    parts.push(`irq ${formatNumber(cpu.sample.interruptsPerS)}/s`);
    parts.push(`switches ${formatNumber(cpu.sample.contextSwitchesPerS)}/s`);
  }
  if (parts.length === 0 && progress.facts !== null) {
    parts.push(`load ${progress.facts.load1.toFixed(2)}`);
    parts.push(`up ${formatElapsed(progress.facts.uptimeS * 1000)}`);
  }
  return ` ${parts.join(dot)}`;
}

/** The newest notes, the newest last. */
export function noteLines(state: LiveState, rows: number, theme: Theme): string[] {
  return state.notes.slice(-Math.max(0, rows)).map(({ elapsedMs, kind, text }) => {
    const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
    const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    const mark =
      kind === 'failed' ? theme.failed(theme.glyphs.failed) : theme.note(theme.glyphs.note);
    return ` ${theme.dim(clock)}  ${mark} ${text}`;
  });
}
