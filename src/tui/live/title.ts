import { formatDuration } from '../../../host/quantities/format.ts';
import { coolingText, remaining } from '../../report/progress/progress-state.ts';
import { bar, clip, padEnd, spread } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { boardLine } from '../../words/board-line.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { type LiveState, labelOf } from './live-state.ts';

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
  if (state.isOver) return theme.running(`${glyphs.pushing} collecting`);
  const { coolingDown } = state.progress;
  if (coolingDown !== null) return theme.note(`${glyphs.note} ${coolingText(coolingDown)}`);
  if (state.process !== null) {
    const word = state.process.steadyFrom_ns === null ? 'warm-up' : 'measuring';
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
  const { plan, processesDone } = state.progress;
  if (plan === null) return '';
  const measured = plan.cells.filter((cell) => cell.purpose === 'measure');
  const models = plan.models.filter(({ id }) => measured.some((cell) => cell.model === id));
  const kinds = [...new Set(measured.map((cell) => `${cell.ep.toUpperCase()} ${cell.precision}`))];
  const dot = ` ${theme.glyphs.dot} `;
  const what = [models.map(({ name }) => name).join(', '), kinds.join(', ')].join(dot);
  const { total, etaMs } = remaining(state.progress);
  const share = total > 0 ? processesDone / total : 0;
  if (context.columns < 60) {
    const left = etaMs === null ? '' : `${formatElapsed(etaMs)} left `;
    const cells = Math.max(4, context.columns - 24);
    const done = ` ${bar(share, cells, theme)} ${processesDone}/${total}`;
    return spread(done, left, context.columns, theme);
  }
  const block =
    state.process === null ? '' : `block ${state.process.block + 1}/${plan.effort.maxBlocks}  `;
  const eta = etaMs === null ? '' : `  about ${formatElapsed(etaMs)} more`;
  const cells = Math.max(6, Math.min(24, context.columns - 82));
  const progress = `${block}${bar(share, cells, theme)}  ${processesDone}/${total}${eta} `;
  return spread(` ${what}`, progress, context.columns, theme);
}

/** The whole state in one line, for the smallest terminals: `4/9 p50 5.68 ms 4 threads`. */
export function oneLine(state: LiveState, context: TitleContext, theme: Theme): string {
  const { process, progress } = state;
  const { total } = remaining(progress);
  if (process === null)
    return clip(stageText(state, context.isPaused, theme), context.columns, theme);
  const { steady } = process;
  const p50 = steady === null ? 'warm-up' : `p50 ${formatDuration(steady.p50_ns)}`;
  const text = `${progress.processesDone}/${total} ${p50} ${labelOf(state, process.cell)}`;
  return clip(text, context.columns, theme);
}

/** The cell under way and its iterations, for the rule above the figures. */
export function processTitle(state: LiveState): string {
  const { process } = state;
  if (process === null) return 'latency';
  return `${labelOf(state, process.cell)}, ${counted(process.iterations, 'iteration')}`;
}

function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
