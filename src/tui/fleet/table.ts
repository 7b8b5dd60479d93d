import type { BoardFigures } from '../../../host/journal/board-readings.ts';
import { shareDone } from '../../report/progress/fleet-view.ts';
import { bar, padEnd, padStart } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { failureText, inPhase, phaseMark, stepText } from './board-words.ts';
import type { FleetLayout } from './fleet-layout.ts';
import { commonDomain } from './fleet-model.ts';
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
import { longestName } from './tiles.ts';
import type { Headline, WatchedBoard } from './watched-board.ts';

/**
 * A figure of a board; columns with the highest number go first where there is no room, 0 stays.
 */
interface FigureColumn {
  readonly title: string;
  readonly width: number;
  readonly drop: number;
  /** What it takes of the telemetry, if it does. */
  readonly figure: keyof BoardFigures | null;
  readonly text: (
    board: WatchedBoard,
    headline: Headline | null,
    cell: GridCell,
    theme: Theme,
  ) => string;
}

const figures: readonly FigureColumn[] = [
  {
    title: '95 % CI',
    width: 9,
    drop: 1,
    figure: null,
    text: (_, headline, _cell, theme) => intervalText(headline, theme),
  },
  {
    title: 'of kind',
    width: 9,
    drop: 2,
    figure: null,
    text: (board, headline, cell) => distanceText(board, headline, cell),
  },
  telemetryColumn('°C', 'celsius', 4, (value) => value.toFixed(0)),
  telemetryColumn('W', 'watts', 5, (value) => value.toFixed(1)),
  telemetryColumn('cpu', 'busyPercent', 3, (value) => `${value.toFixed(0)} %`),
];

function telemetryColumn(
  title: string,
  figure: keyof BoardFigures,
  drop: number,
  format: (value: number) => string,
): FigureColumn {
  const text = ({ figures }: WatchedBoard) => {
    const value = figures[figure];
    return value === null ? '' : format(value);
  };
  return { title, width: 7, drop, figure, text };
}

const BAR = 8;
const PROGRESS = 8;
const MEDIAN = 8;
const MIN_STEP = 10;
const MAX_STEP = 32;
const MIN_SPARK = 10;
const MAX_SPARK = 60;

interface Widths {
  readonly name: number;
  readonly step: number;
  readonly bar: number;
  readonly figures: readonly FigureColumn[];
  readonly spark: number;
}

/** A line for each board, with a head above. */
export function tableLines(
  picture: GridPicture,
  page: readonly WatchedBoard[],
  layout: FleetLayout,
  cell: GridCell,
  look: Look,
): string[] {
  const { theme } = look;
  const widths = widthsFor(layout.columns, picture, cell);
  const head = [
    `   ${padEnd('board', widths.name, theme)} ${padEnd('now', widths.step, theme)}`,
    ` ${padEnd('progress', widths.bar + PROGRESS, theme)}`,
    padStart(cell.unit.name, MEDIAN, theme),
    ...widths.figures.map(({ title, width }) => padStart(title, width, theme)),
    widths.spark > 0 ? `  slowest by second` : '',
  ];
  return [
    theme.dim(head.join('')),
    ...page.map((board) => row(board, picture, widths, cell, look)),
  ];
}

/** Of a board that does not tell its power there is no column of blanks. */
function isTold({ figure }: FigureColumn, boards: readonly WatchedBoard[]): boolean {
  if (figure === null) return true;
  return boards.some(({ figures }) => figures[figure] !== null);
}

function widthsFor(columns: number, picture: GridPicture, cell: GridCell): Widths {
  const name = Math.min(24, Math.max(6, longestName(picture.boards)));
  const longestCell = Math.max(0, ...cell.all.map((key) => cell.label(key).length));
  const isNarrow = columns < 72;
  const fixed = 3 + name + 1 + 1 + (isNarrow ? 0 : BAR) + PROGRESS + MEDIAN;
  const wanted = Math.min(MAX_STEP, Math.max(columns >= 100 ? 24 : 20, longestCell));
  let room = columns - fixed - Math.min(wanted, Math.max(MIN_STEP, columns - fixed));
  const told = figures.filter((column) => isTold(column, picture.boards));
  const kept = [...told]
    .sort((a, b) => a.drop - b.drop)
    .filter(({ width }) => {
      room -= width;
      return room >= 0;
    });
  const shown = told.filter((column) => kept.includes(column));
  const used = shown.reduce((sum, { width }) => sum + width, 0);
  const left = columns - fixed - used;
  const step = Math.max(0, Math.min(wanted, left));
  const rest = left - step - 3;
  return {
    name,
    step,
    bar: isNarrow ? 0 : BAR,
    figures: shown,
    spark: rest >= MIN_SPARK ? Math.min(MAX_SPARK, rest) : 0,
  };
}

function row(
  board: WatchedBoard,
  picture: GridPicture,
  widths: Widths,
  cell: GridCell,
  { theme, nowMs }: Look,
): string {
  const { state } = board;
  const isAt = picture.choices.at === board.name;
  const domain = commonDomain(picture.boards);
  const short = padEnd(board.name.slice(0, board.name.length - domain.length), widths.name, theme);
  const pointer = isAt ? theme.glyphs.pointer : ' ';
  const mark = phaseMark(state.phase, theme);
  const start = `${pointer}${mark} ${isAt ? theme.selected(short) : short} `;
  if (state.failure !== null) return `${start}${inPhase(state.phase, failureText(state), theme)}`;
  const isStopping = picture.stopping.has(board.name);
  const step = padEnd(isStopping ? 'stopping' : stepText(board, cell.label), widths.step, theme);
  const headline = cell.key === null || !hasFigures(board) ? null : board.headline(cell.key, nowMs);
  const median = padStart(medianText(headline, cell), MEDIAN, theme);
  return [
    start,
    isStopping ? theme.note(step) : inPhase(state.phase, step, theme),
    ' ',
    barText(board, widths.bar, theme),
    theme.dim(padStart(progressText(board), PROGRESS, theme)),
    headline?.isFirst === true ? theme.dim(median) : median,
    ...widths.figures.map(({ width, text }) =>
      theme.dim(padStart(text(board, headline, cell, theme), width, theme)),
    ),
    widths.spark > 0 ? `  ${theme.running(sparkline(board, widths.spark, theme))}` : '',
  ].join('');
}

/**
 * While files are sent the bar is the push's; before there is a plan there is nothing to be done
 * of.
 */
function barText({ state }: WatchedBoard, cells: number, theme: Theme): string {
  if (state.plan === null) return ' '.repeat(cells);
  return bar(state.phase === 'pushing' ? (state.pushed ?? 0) : shareDone(state), cells, theme);
}
