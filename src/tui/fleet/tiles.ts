import { padEnd, padStart, widthOf } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { inPhase, percent, phaseMark, shortFailure, shortWord } from './board-words.ts';
import { type FleetLayout, TILE_VALUE, tileNameColumns } from './fleet-layout.ts';
import { commonDomain } from './fleet-model.ts';
import {
  distanceText,
  type GridCell,
  type GridPicture,
  hasFigures,
  type Look,
  medianText,
} from './grid-picture.ts';
import type { WatchedBoard } from './watched-board.ts';

/**
 * Boards below each other, then beside each other: mark, name, and the one figure or word that
 * matters now.
 */
export function tileLines(
  picture: GridPicture,
  page: readonly WatchedBoard[],
  layout: FleetLayout,
  cell: GridCell,
  look: Look,
): string[] {
  const rows = Math.ceil(layout.page / layout.across);
  const domain = commonDomain(picture.boards);
  const nameColumns = tileNameColumns(longestName(picture.boards));
  return Array.from({ length: Math.min(rows, page.length) }, (_, row) =>
    Array.from({ length: layout.across }, (_unused, column) => {
      const board = page[column * rows + row];
      return board === undefined
        ? ''
        : tile(board, { picture, cell, nameColumns, domain, ...look });
    }).join(''),
  );
}

/** Cells of the longest name, without what all have in common. */
export function longestName(boards: readonly WatchedBoard[]): number {
  const domain = commonDomain(boards);
  return Math.max(0, ...boards.map(({ name }) => name.length - domain.length));
}

function tile(
  board: WatchedBoard,
  with_: {
    readonly picture: GridPicture;
    readonly cell: GridCell;
    readonly nameColumns: number;
    readonly domain: string;
    readonly theme: Theme;
    readonly nowMs: number;
  },
): string {
  const { picture, cell, nameColumns, domain, theme, nowMs } = with_;
  const isAt = picture.choices.at === board.name;
  const pointer = isAt ? theme.glyphs.pointer : ' ';
  const short = board.name.slice(0, board.name.length - domain.length);
  const name = padEnd(short, nameColumns, theme);
  const value = tileValue(board, cell, picture.stopping.has(board.name), { theme, nowMs });
  return `${pointer}${phaseMark(board.state.phase, theme)} ${isAt ? theme.selected(name) : name} ${value} `;
}

function tileValue(
  board: WatchedBoard,
  cell: GridCell,
  isStopping: boolean,
  { theme, nowMs }: { readonly theme: Theme; readonly nowMs: number },
): string {
  const { state } = board;
  const word = (text: string) => inPhase(state.phase, padEnd(text, TILE_VALUE, theme), theme);
  if (isStopping) return theme.note(padEnd('stopping', TILE_VALUE, theme));
  if (state.failure !== null) return word(shortFailure(state));
  if (state.phase === 'pushing') return word(`push ${percent(state.pushed ?? 0)} %`);
  const headline = cell.key === null ? null : board.headline(cell.key, nowMs);
  if (headline === null || !hasFigures(board)) {
    return word(
      state.phase === 'measuring' && board.isWarming ? 'warm-up' : shortWord(state.phase),
    );
  }
  const median = padStart(medianText(headline, cell), 4, theme);
  const distance = padStart(
    distanceText(board, headline, cell),
    TILE_VALUE - 1 - widthOf(median),
    theme,
  );
  return `${headline.isFirst ? theme.dim(median) : median} ${theme.dim(distance)}`;
}
