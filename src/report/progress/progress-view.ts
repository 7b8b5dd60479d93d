import { type ProcessState, recentMedian_ns } from '../../../host/journal/process-state.ts';
import { remaining } from '../../../host/journal/remaining.ts';
import { labelOf } from '../../../host/journal/run-state.ts';
import { formatBytes } from '../../../host/quantities/bytes.ts';
import { formatDuration } from '../../../host/quantities/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { bar, plainText } from '../../terminal/text.ts';
import { type Theme, themeFor } from '../../terminal/theme.ts';
import { boardLine } from '../../words/board-line.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { coolingText, type ProgressState, processUnderWay } from './progress-state.ts';

const BAR_CELLS = 18;

/** The live lines of a run: board, steps done, what is under way. Never more than four. */
export function progressView(state: ProgressState, board: string, terminal: Terminal): string[] {
  const theme = themeFor(terminal);
  const { colour } = terminal;
  const title = state.facts ? `${board}  ${boardLine(state.facts)}` : board;
  const steps = stepsDone(state).map((step) => `${colour.blue(theme.glyphs.done)} ${step}`);
  const lines = [colour.bold(title), steps.length > 0 ? `  ${steps.join('   ')}` : ''];
  lines.push(`  ${colour.cyan(theme.glyphs.running)} ${underWay(state, theme)}`);
  if (state.lastNote) lines.push(`  ${colour.yellow(theme.glyphs.note)} ${state.lastNote}`);
  return lines.filter((line) => line !== '').map((line) => plainText(line, terminal.isUnicode));
}

function stepsDone(state: ProgressState): string[] {
  const steps: string[] = [];
  if (state.connectedMs !== null) steps.push(`connected ${formatElapsed(state.connectedMs)}`);
  if (state.push?.state === 'done') steps.push(pushSummary(state.push));
  if (state.plan) steps.push(counted(state.plan.cells.length, 'cell'));
  return steps;
}

/** `pushed 174 MB in 2.1 s` or `all 5 files there`. */
export function pushSummary(push: NonNullable<ProgressState['push']>): string {
  if (push.sentBytes === 0) return `nothing to push (${counted(push.present.files, 'file')} there)`;
  return `pushed ${formatBytes(push.sentBytes)} in ${formatElapsed(push.elapsedMs)}`;
}

function underWay(state: ProgressState, theme: Theme): string {
  const process = processUnderWay(state);
  if (process !== null) return measuring(state, process, theme);
  const { push, run } = state;
  if (push && push.state !== 'done') return pushing(push, theme);
  if (run?.coolingDown) return `${coolingText(run.coolingDown)}${etaText(state)}`;
  if (run !== null && run.firstProcess_ns !== null) return betweenProcesses(state);
  if (state.preparing) return state.preparing;
  if (push?.state === 'done') return 'starting the run';
  if (state.facts) return 'planning';
  return state.connectedMs === null ? `connecting to ${state.destination}` : 'looking at the board';
}

function betweenProcesses(state: ProgressState): string {
  if (remaining(state.plan, state.run).processes === 0)
    return 'all measured: collecting what is left';
  return `between processes${etaText(state)}`;
}

function pushing(push: NonNullable<ProgressState['push']>, theme: Theme): string {
  if (push.state !== 'sending') return `${push.state} ${push.file}`.trim();
  const left = push.totalBytes - push.sentBytes;
  const eta =
    push.bytesPerSecond > 0 ? `   ETA ${formatElapsed((left / push.bytesPerSecond) * 1000)}` : '';
  const amount = `${formatBytes(push.sentBytes)} of ${formatBytes(push.totalBytes)}`;
  return `push ${push.file}  ${bar(push.sentBytes / push.totalBytes, BAR_CELLS, theme)}  ${amount}   ${formatBytes(push.bytesPerSecond)}/s${eta}`;
}

function measuring(state: ProgressState, process: ProcessState, theme: Theme): string {
  const { plan, run } = state;
  const { total } = remaining(plan, run);
  const isSteady = process.steadyFrom_ns !== null;
  const phase = isSteady ? counted(process.iterations, 'iteration') : 'warm-up';
  const recent_ns = recentMedian_ns(process);
  const latency = recent_ns === null ? '' : `   ${formatDuration(recent_ns)}`;
  const progress = bar(total > 0 ? (run?.processesDone ?? 0) / total : 0, BAR_CELLS, theme);
  const label = labelOf(plan, process.cell);
  return `block ${process.block + 1}/${plan?.effort.maxBlocks ?? '?'}  ${progress}  ${label}   ${phase}${latency}${etaText(state)}`;
}

function etaText(state: ProgressState): string {
  const { etaMs } = remaining(state.plan, state.run);
  return etaMs === null ? '' : `   about ${formatElapsed(etaMs)} more`;
}
