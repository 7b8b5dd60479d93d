import { isSettled } from '../../../host/fleet/board-state.ts';
import { remaining } from '../../../host/journal/remaining.ts';
import { formatDuration } from '../../../host/quantities/format.ts';
import { rule } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { inPhase, phaseMark, phaseWord, stepText } from './board-words.ts';
import { clock, type GridCell, hasFigures, intervalText } from './grid-picture.ts';
import { progressText } from './progress-text.ts';
import type { WatchedBoard } from './watched-board.ts';

interface Look {
  readonly theme: Theme;
  readonly nowMs: number;
  readonly columns: number;
}

/**
 * The selected board in a few lines: what it is, how it stands, and of a failure what, why and what
 * to do.
 */
export function detailLines(board: WatchedBoard, cell: GridCell, look: Look): string[] {
  const { theme, nowMs, columns } = look;
  const { state } = board;
  const phase = inPhase(state.phase, phaseWord(state.phase), theme);
  const since = isSettled(state)
    ? `${clock(nowMs - board.sinceMs)} ago`
    : `for ${clock(nowMs - board.sinceMs)}`;
  const title = `${theme.title(board.name)} ${phaseMark(state.phase, theme)} ${phase} ${theme.dim(`${theme.glyphs.dot} ${since}`)}`;
  const about = aboutText(board, theme);
  if (state.failure !== null) {
    const { what, why, next } = state.failure;
    const lines = [what, why ?? about, next === null ? '' : `try: ${next}`];
    return [
      rule(title, columns, theme),
      ...lines.filter((line) => line !== '').map((line) => ` ${line}`),
    ];
  }
  return [
    rule(title, columns, theme),
    ` ${about}`,
    ` ${nowText(board, cell, look)}`,
    state.note === null ? '' : ` ${theme.note(theme.glyphs.note)} ${state.note}`,
  ];
}

function aboutText({ state, tags }: WatchedBoard, theme: Theme): string {
  const parts = [
    state.model?.replace(/^NVIDIA /, ''),
    state.jetpack && `JetPack ${state.jetpack}`,
    state.powerMode,
    state.cpus > 0 && counted(state.cpus, 'CPU'),
    tags.length > 0 && tags.map((tag) => `tag:${tag}`).join(' '),
    state.runId && `run ${state.runId}`,
  ];
  return theme.dim(parts.filter(Boolean).join(` ${theme.glyphs.dot} `));
}

function nowText(board: WatchedBoard, cell: GridCell, { theme, nowMs }: Look): string {
  const { state } = board;
  const headline = cell.key === null || !hasFigures(board) ? null : board.headline(cell.key, nowMs);
  const { etaMs } = remaining(state.plan, state.run);
  const parts = [
    stepText(board, cell.label),
    state.phase === 'measuring' && progressText(board),
    headline && `median ${formatDuration(headline.median_ns)} ${intervalText(headline, theme)}`,
    headline && !headline.isFirst && `over ${counted(headline.processes, 'process', 'processes')}`,
    state.phase === 'measuring' && etaMs !== null && `about ${formatElapsed(etaMs)} more`,
  ];
  return parts.filter(Boolean).join(`  ${theme.glyphs.dot}  `);
}
