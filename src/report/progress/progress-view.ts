import { recentMedian_ns } from '../../../host/journal/steady-median.ts';
import { formatBytes } from '../../../host/quantities/bytes.ts';
import { formatDuration } from '../../../host/quantities/format.ts';
import { plainText, type Symbols, symbolsFor } from '../../terminal/symbols.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { boardLine } from '../../words/board-line.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import {
  type CurrentProcess,
  coolingText,
  type ProgressState,
  remaining,
} from './progress-state.ts';

const BAR_CELLS = 18;

/** The live lines of a run: board, steps done, what is under way. Never more than four. */
export function progressView(state: ProgressState, board: string, terminal: Terminal): string[] {
  const symbols = symbolsFor(terminal.isUnicode);
  const { colour } = terminal;
  const title = state.facts ? `${board}  ${boardLine(state.facts)}` : board;
  const steps = stepsDone(state).map((step) => `${colour.blue(symbols.done)} ${step}`);
  const lines = [colour.bold(title), steps.length > 0 ? `  ${steps.join('   ')}` : ''];
  lines.push(`  ${colour.cyan(symbols.running)} ${underWay(state, symbols)}`);
  if (state.lastNote) lines.push(`  ${colour.yellow(symbols.note)} ${state.lastNote}`);
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

function underWay(state: ProgressState, symbols: Symbols): string {
  if (state.current) return measuring(state, state.current, symbols);
  const { push } = state;
  if (push && push.state !== 'done') return pushing(push, symbols);
  if (state.coolingDown) return `${coolingText(state.coolingDown)}${etaText(state)}`;
  if (state.firstProcess_ns !== null) return betweenProcesses(state);
  if (state.preparing) return state.preparing;
  if (push?.state === 'done') return 'starting the run';
  if (state.facts) return 'planning';
  return state.connectedMs === null ? `connecting to ${state.destination}` : 'looking at the board';
}

function betweenProcesses(state: ProgressState): string {
  if (state.processesDone >= remaining(state).total) return 'all measured: collecting what is left';
  return `between processes${etaText(state)}`;
}

function pushing(push: NonNullable<ProgressState['push']>, symbols: Symbols): string {
  if (push.state !== 'sending') return `${push.state} ${push.file}`.trim();
  const left = push.totalBytes - push.sentBytes;
  const eta =
    push.bytesPerSecond > 0 ? `   ETA ${formatElapsed((left / push.bytesPerSecond) * 1000)}` : '';
  const amount = `${formatBytes(push.sentBytes)} of ${formatBytes(push.totalBytes)}`;
  return `push ${push.file}  ${bar(push.sentBytes / push.totalBytes, symbols)}  ${amount}   ${formatBytes(push.bytesPerSecond)}/s${eta}`;
}

function measuring(state: ProgressState, current: CurrentProcess, symbols: Symbols): string {
  const { total } = remaining(state);
  const phase = current.isWarm ? counted(current.iterations, 'iteration') : 'warm-up';
  const recent_ns = recentMedian_ns(current.batches);
  const latency = recent_ns === null ? '' : `   ${formatDuration(recent_ns)}`;
  const progress = bar(total > 0 ? state.processesDone / total : 0, symbols);
  return `block ${current.block + 1}/${state.plan?.effort.maxBlocks ?? '?'}  ${progress}  ${current.cellLabel}   ${phase}${latency}${etaText(state)}`;
}

function etaText(state: ProgressState): string {
  const { etaMs } = remaining(state);
  return etaMs === null ? '' : `   about ${formatElapsed(etaMs)} more`;
}

function bar(done: number, symbols: Symbols): string {
  const cells = Math.round(Math.min(1, Math.max(0, done)) * BAR_CELLS);
  return symbols.full.repeat(cells) + symbols.empty.repeat(BAR_CELLS - cells);
}
