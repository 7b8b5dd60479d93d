import type { Cell } from '../../../agent/contract/plan.ts';
import { runningEstimate } from '../../../host/analysis/statistics/running-estimate.ts';
import { cellOf } from '../../../host/journal/run-state.ts';
import { formatBytes } from '../../../host/quantities/bytes.ts';
import { formatDuration, formatNumber, formatPercent } from '../../../host/quantities/format.ts';
import { padEnd, padStart, windowAround } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { jetsonParts } from './board-parts.ts';
import { detailOf, distributionOf, type LiveState, processOf } from './live-state.ts';

/**
 * now, percentiles and the interval, as far as the process allows them and as many as there is room
 * for.
 */
export function figuresLine(state: LiveState, columns: number, theme: Theme): string {
  const process = processOf(state);
  if (process === null) return '';
  const now = ['now', process.newest_ns.at(-1) ?? null] as const;
  const steady = distributionOf(process);
  if (steady === null) return ` ${figure(now, theme)}   ${theme.note('warm-up')}`;
  const earlier = cellOf(state.progress.run, process.cell).medians_ns;
  const estimate = runningEstimate(
    process.isEnded ? earlier : [...earlier, steady.p50_ns],
    precisionOf(state),
  );
  const width = intervalText(estimate?.halfWidth ?? null, theme);
  const interval =
    columns >= 100
      ? `${width} over ${counted(estimate?.processes ?? 0, 'process', 'processes')}`
      : width;
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

/** The precision that the plan asks for; before there is a plan, nothing is measured either. */
function precisionOf({ progress }: LiveState): number {
  return progress.plan?.effort.precision ?? 0;
}

/** Wide enough for `1.234 ms`, so that nothing moves while the figures change. */
const FIGURE_COLUMNS = 7;

function figure([name, value]: readonly [string, number | null], theme: Theme): string {
  return `${theme.dim(name)} ${theme.title(padEnd(timeText(value), FIGURE_COLUMNS, theme))}`;
}

function timeText(duration_ns: number | null): string {
  return duration_ns === null ? 'n/a' : formatDuration(duration_ns);
}

/**
 * One line per cell of the plan: its state in mark and word, processes, running median and
 * interval.
 */
export function cellLines(
  state: LiveState,
  size: { readonly columns: number; readonly rows: number },
  theme: Theme,
): string[] {
  const { plan } = state.progress;
  if (plan === null) return [];
  const cells = [...plan.cells];
  const at = cells.findIndex(({ id }) => id === processOf(state)?.cell);
  const { from, to } = windowAround(cells.length, Math.max(0, at), size.rows - 1);
  const isWide = size.columns >= 58;
  const longest = Math.max(...cells.map(({ label }) => label.length), 12) + 2;
  const labelColumns = Math.max(8, Math.min(longest, size.columns - (isWide ? 40 : 23)));
  const head = ` ${padEnd('  cell', labelColumns + 2, theme)}${padStart('n', 3, theme)}${padStart('median', 9, theme)}${padStart('95 % CI', 8, theme)}${isWide ? '  state' : ''}`;
  const lines = cells.slice(from, to).map((cell) => {
    const mark = markOf(state, cell, theme);
    const estimate = runningEstimate(
      cellOf(state.progress.run, cell.id).medians_ns,
      precisionOf(state),
    );
    const label = shortLabel(cell, isWide);
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
  'out-of-reach': 'too wide',
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
  const { ended, failed, medians_ns } = cellOf(state.progress.run, cell.id);
  const { glyphs } = theme;
  if (ended === 'failed') return { mark: theme.failed(glyphs.failed), word: 'failed' };
  if (ended !== null) return { mark: theme.done(glyphs.done), word: endings[ended] ?? ended };
  const process = processOf(state);
  if (process?.cell === cell.id && !process.isEnded) {
    const word = process.steadyFrom_ns === null ? 'warm-up' : 'measuring';
    return { mark: theme.running(glyphs.running), word: theme.running(word) };
  }
  if (failed > 0) return { mark: theme.failed(glyphs.failed), word: `${failed} failed` };
  const word = medians_ns.length > 0 ? 'to be repeated' : 'waiting';
  return { mark: theme.dim(glyphs.waiting), word: theme.dim(word) };
}

/**
 * GPU, heat and power, memory, interrupts and context switches: what the board's own counters say
 * so far.
 */
export function boardText(state: LiveState, theme: Theme): string {
  const { progress } = state;
  const { cpu } = detailOf(state);
  const dot = ` ${theme.glyphs.dot} `;
  const total = progress.facts?.memory.totalBytes;
  const parts = jetsonParts(detailOf(state).board).map((part) =>
    part.startsWith('OVER') ? theme.failed(part) : part,
  );
  if (cpu.memAvailableBytes !== null && total !== undefined) {
    const used = Math.max(0, total - cpu.memAvailableBytes);
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
