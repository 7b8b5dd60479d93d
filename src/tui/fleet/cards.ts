import { remaining } from '../../../host/journal/remaining.ts';
import { shareDone } from '../../report/progress/fleet-view.ts';
import { bar, exactly, padEnd, rule, spread, widthOf } from '../../terminal/text.ts';
import { formatElapsed } from '../../words/quantities.ts';
import { failureText, inPhase, phaseMark, phaseWord, stepText } from './board-words.ts';
import { CARD_ROWS, type FleetLayout } from './fleet-layout.ts';
import {
  distanceText,
  type GridCell,
  type GridPicture,
  hasFigures,
  intervalText,
  type Look,
  medianText,
  sparkline,
} from './grid-picture.ts';
import { progressText } from './progress-text.ts';
import type { WatchedBoard } from './watched-board.ts';

/** A few boards with all that the grid knows of each, beside each other where there is room. */
export function cardLines(
  picture: GridPicture,
  page: readonly WatchedBoard[],
  layout: FleetLayout,
  cell: GridCell,
  look: Look,
): string[] {
  const { across } = layout;
  const columns = Math.floor((layout.columns - (across - 1) * 2) / across);
  const cards = page.map((board) => card(board, { ...look, picture, cell, columns }));
  const lines: string[] = [];
  for (let from = 0; from < cards.length; from += across) {
    const beside = cards.slice(from, from + across);
    for (let line = 0; line < CARD_ROWS; line += 1) {
      lines.push(beside.map((each) => padEnd(each[line] ?? '', columns, look.theme)).join('  '));
    }
  }
  return lines;
}

interface CardLook extends Look {
  readonly picture: GridPicture;
  readonly cell: GridCell;
  readonly columns: number;
}

function card(board: WatchedBoard, look: CardLook): string[] {
  const { columns, theme } = look;
  const { state } = board;
  const lines = [heading(board, look)];
  if (state.failure !== null) {
    lines.push(`   ${inPhase(state.phase, failureText(state), theme)}`);
    if (state.failure.next !== null) lines.push(theme.dim(`   try: ${state.failure.next}`));
    return exactly(lines, CARD_ROWS);
  }
  lines.push(progress(board, look), figures(board, look));
  const minute = sparkline(board, Math.min(60, columns - 24), theme);
  if (minute !== '') lines.push(`   ${theme.running(minute)}  ${theme.dim('slowest by second')}`);
  else if (state.note !== null) lines.push(`   ${theme.note(theme.glyphs.note)} ${state.note}`);
  return exactly(lines, CARD_ROWS);
}

function heading(board: WatchedBoard, { picture, columns, theme }: CardLook): string {
  const { state } = board;
  const isAt = picture.choices.at === board.name;
  const kind = [
    state.model?.replace(/^NVIDIA /, ''),
    state.jetpack && `JetPack ${state.jetpack}`,
    state.powerMode,
  ];
  const about = kind.filter(Boolean).join(` ${theme.glyphs.dot} `);
  const pointer = isAt ? theme.glyphs.pointer : ' ';
  const name = isAt ? theme.selected(board.name) : theme.title(board.name);
  const phase = picture.stopping.has(board.name)
    ? theme.note('stopping')
    : `${phaseMark(state.phase, theme)} ${inPhase(state.phase, phaseWord(state.phase), theme)}`;
  const line = rule(
    about === '' ? name : `${name}  ${theme.dim(about)}`,
    columns - widthOf(phase) - 3,
    theme,
  );
  return `${pointer}${line} ${phase} `;
}

function progress(board: WatchedBoard, { cell, columns, theme }: CardLook): string {
  const { state } = board;
  const isPushing = state.phase === 'pushing';
  const share = isPushing ? (state.pushed ?? 0) : shareDone(state);
  const block =
    state.plan === null || state.phase !== 'measuring'
      ? ''
      : `block ${(state.run?.process?.block ?? 0) + 1}/${state.plan.effort.maxBlocks}  `;
  const { etaMs } = remaining(state.plan, state.run);
  const eta =
    etaMs === null || state.phase !== 'measuring' ? '' : `  about ${formatElapsed(etaMs)} more`;
  const step = `   ${inPhase(state.phase, stepText(board, cell.label), theme)}`;
  const done = `${theme.dim(block)}${bar(share, 16, theme)} ${theme.dim(`${progressText(board)}${eta}`)} `;
  return spread(step, state.plan === null && !isPushing ? '' : done, columns, theme);
}

function figures(board: WatchedBoard, { cell, columns, theme, nowMs }: CardLook): string {
  const headline = cell.key === null || !hasFigures(board) ? null : board.headline(cell.key, nowMs);
  const { celsius, watts, busyPercent } = board.figures;
  const telemetry = [
    busyPercent === null ? '' : `cpu ${busyPercent.toFixed(0)} %`,
    celsius === null ? '' : `${celsius.toFixed(0)} °C`,
    watts === null ? '' : `${watts.toFixed(1)} W`,
  ].filter((text) => text !== '');
  const distance = distanceText(board, headline, cell);
  const median =
    headline === null
      ? theme.dim(board.isWarming ? 'warm-up' : '')
      : [
          `${theme.dim('median')} ${theme.title(`${medianText(headline, cell)} ${cell.unit.name}`)}`,
          intervalText(headline, theme),
          distance === '' ? '' : theme.dim(`${distance} of its kind`),
        ]
          .filter((text) => text !== '')
          .join('  ');
  return spread(`   ${median}`, `${theme.dim(telemetry.join('   '))} `, columns, theme);
}
