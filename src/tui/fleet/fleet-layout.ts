import type { Size } from '../frame/layout.ts';
import type { GridDensity } from './fleet-choices.ts';

/** Rows of the grid's parts; zero where a part is not shown. They add up to the terminal's rows. */
export interface FleetLayout {
  readonly density: GridDensity;
  readonly columns: number;
  /** What is measured, and for how long. */
  readonly title: number;
  /** How many boards stand where: the last to go. */
  readonly counts: number;
  readonly rule: number;
  readonly body: number;
  /** The selected board, its rule included. */
  readonly detail: number;
  readonly footer: number;
  /** Cards or tiles beside each other. */
  readonly across: number;
  /** Boards that are shown at once. */
  readonly page: number;
}

/** What a grid has to show. */
export interface GridContent {
  /** Of the whole fleet, so that a filter does not change the picture. */
  readonly boards: number;
  readonly nameColumns: number;
  /** What the person chose; null takes what there is room for. */
  readonly density: GridDensity | null;
}

/** Rule, progress, figures, the last minute, and a blank line. */
export const CARD_ROWS = 5;
const MIN_CARD_COLUMNS = 74;
/** Pointer and mark before the name, and the gap after a tile. */
const TILE_FRAME = 4;
/** `measuring`, `8.41  +3%`; the pointer's column parts it from the next. */
export const TILE_VALUE = 9;
const MAX_CARDS = 4;
const DETAIL_ROWS = 4;
const MAX_NAME = 24;

/** Names are cut beyond this, and never shorter than a few letters. */
export function tileNameColumns(longest: number): number {
  return Math.min(MAX_NAME, Math.max(4, longest));
}

/** Parts by room; a terminal of one line still says how many boards stand where. */
export function fleetLayout({ columns, rows }: Size, content: GridContent): FleetLayout {
  const frame = {
    counts: Math.min(1, rows),
    title: rows >= 8 ? 1 : 0,
    rule: rows >= 6 ? 1 : 0,
    footer: rows >= 4 ? 1 : 0,
  };
  const room = rows - frame.counts - frame.title - frame.rule - frame.footer;
  const density = content.density ?? densityFor(content, columns, room);
  const tableRows = content.boards + 1;
  const isTight = density === 'table' && tableRows <= room && tableRows > room - DETAIL_ROWS;
  const detail = density === 'cards' || isTight || room < 16 ? 0 : DETAIL_ROWS;
  const body = Math.max(0, room - detail);
  const across = acrossOf(density, columns, content);
  const lines = density === 'table' ? Math.max(0, body - 1) : body;
  const perColumn = density === 'cards' ? Math.floor((body + 1) / CARD_ROWS) : lines;
  const page = Math.max(1, perColumn) * across;
  return { ...frame, density, columns, body, detail, across, page };
}

function densityFor({ boards }: GridContent, columns: number, room: number): GridDensity {
  const cards = Math.ceil(boards / (columns >= 2 * MIN_CARD_COLUMNS ? 2 : 1));
  if (boards <= MAX_CARDS && columns >= MIN_CARD_COLUMNS && cards * CARD_ROWS <= room + 1) {
    return 'cards';
  }
  return columns >= 60 && boards + 1 <= room ? 'table' : 'tiles';
}

function acrossOf(
  density: GridDensity,
  columns: number,
  { boards, nameColumns }: GridContent,
): number {
  if (density === 'table') return 1;
  if (density === 'cards') return columns >= 2 * MIN_CARD_COLUMNS && boards > 1 ? 2 : 1;
  return Math.max(
    1,
    Math.floor(columns / (tileNameColumns(nameColumns) + TILE_VALUE + TILE_FRAME)),
  );
}
