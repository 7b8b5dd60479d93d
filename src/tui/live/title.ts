import { remaining } from '../../../host/journal/remaining.ts';
import { labelOf } from '../../../host/journal/run-state.ts';
import { formatDuration } from '../../../host/quantities/format.ts';
import { coolingText } from '../../report/progress/progress-state.ts';
import { bar, clip, padEnd, spread } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { boardLine } from '../../words/board-line.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { distributionOf, type LiveState, processOf } from './live-state.ts';

export interface TitleContext {
  readonly board: string;
  readonly isPaused: boolean;
  readonly columns: number;
  readonly nowMs: number;
}

/** Which board and what it is, what is being done, for how long. */
export function boardTitle(state: LiveState, context: TitleContext, theme: Theme): string {
  const { board, columns, nowMs } = context;
  const { facts } = state.progress;
  const about = facts === null ? state.progress.destination : boardLine(facts);
  const elapsed = clock((state.settled?.atMs ?? nowMs) - state.beganMs);
  return spread(
    ` ${theme.title(board)}  ${about}`,
    `${stageText(state, context.isPaused, theme)}  ${elapsed} `,
    columns,
    theme,
  );
}

function stageText(state: LiveState, isPaused: boolean, theme: Theme): string {
  const { glyphs } = theme;
  if (isPaused) return theme.note('PAUSED');
  if (state.settled !== null) return settledText(state.settled, theme);
  if (state.isStopping) return theme.note(`${glyphs.note} stopping`);
  const { run } = state.progress;
  if (run?.isOver) return theme.running(`${glyphs.pushing} collecting`);
  if (run?.coolingDown) return theme.note(`${glyphs.note} ${coolingText(run.coolingDown)}`);
  const process = processOf(state);
  if (process !== null) {
    const word = process.steadyFrom_ns === null ? 'warm-up' : 'measuring';
    return theme.running(`${glyphs.running} ${padEnd(word, 9, theme)}`);
  }
  const { push } = state.progress;
  if (push !== null && push.state !== 'done') return theme.running(`${glyphs.pushing} pushing`);
  return theme.running(`${glyphs.pushing} preparing`);
}

function settledText({ kind, word }: NonNullable<LiveState['settled']>, theme: Theme): string {
  const { glyphs } = theme;
  if (kind === 'done') return theme.done(`${glyphs.done} ${word}`);
  return kind === 'failed' ? theme.failed(`${glyphs.failed} ${word}`) : theme.note(word);
}

/** Which model, how far the plan is, and about how long it still takes. */
export function planTitle(state: LiveState, context: TitleContext, theme: Theme): string {
  const { plan, run } = state.progress;
  if (plan === null) return '';
  const measured = plan.cells.filter((cell) => cell.purpose === 'measure');
  const models = plan.models.filter(({ id }) => measured.some((cell) => cell.model === id));
  const kinds = [...new Set(measured.map((cell) => `${cell.ep.toUpperCase()} ${cell.precision}`))];
  const dot = ` ${theme.glyphs.dot} `;
  const what = [models.map(({ name }) => name).join(', '), kinds.join(', ')].join(dot);
  const { total, processes, etaMs } = remaining(plan, run);
  const done = total - processes;
  const share = total > 0 ? done / total : 0;
  if (context.columns < 60) {
    const left = etaMs === null ? '' : `${formatElapsed(etaMs)} left `;
    const cells = Math.max(4, context.columns - 24);
    const line = ` ${bar(share, cells, theme)} ${done}/${total}`;
    return spread(line, left, context.columns, theme);
  }
  const process = processOf(state);
  const block = process === null ? '' : `block ${process.block + 1}/${plan.effort.maxBlocks}  `;
  const eta = etaMs === null ? '' : `  about ${formatElapsed(etaMs)} more`;
  const cells = Math.max(6, Math.min(24, context.columns - 82));
  const progress = `${block}${bar(share, cells, theme)}  ${done}/${total}${eta} `;
  return spread(` ${what}`, progress, context.columns, theme);
}

/** The whole state in one line, for the smallest terminals: `4/9 p50 5.68 ms 4 threads`. */
export function oneLine(state: LiveState, context: TitleContext, theme: Theme): string {
  const process = processOf(state);
  const { plan, run } = state.progress;
  const { total, processes } = remaining(plan, run);
  if (process === null)
    return clip(stageText(state, context.isPaused, theme), context.columns, theme);
  const steady = distributionOf(process);
  const p50 = steady === null ? 'warm-up' : `p50 ${formatDuration(steady.p50_ns)}`;
  const text = `${total - processes}/${total} ${p50} ${labelOf(plan, process.cell)}`;
  return clip(text, context.columns, theme);
}

/** The cell under way and its iterations, for the rule above the figures. */
export function processTitle(state: LiveState): string {
  const process = processOf(state);
  if (process === null) return 'latency';
  return `${labelOf(state.progress.plan, process.cell)}, ${counted(process.iterations, 'iteration')}`;
}

function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
