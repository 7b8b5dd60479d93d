import { type BoardPhase, isSettled } from '../../../host/fleet/board-state.ts';
import type { LaneLimits } from '../../../host/fleet/fleet-lanes.ts';
import { formatNumber, formatPercent } from '../../../host/quantities/format.ts';
import type { Theme } from '../../terminal/theme.ts';
import type { FleetChoices } from './fleet-choices.ts';
import { cellsOf, kindMedians } from './fleet-model.ts';
import type { Headline, WatchedBoard } from './watched-board.ts';

/** All that a frame of the grid is made of. */
export interface GridPicture {
  readonly title: string;
  readonly beganMs: number;
  readonly boards: readonly WatchedBoard[];
  /** Those that fit the filter, in their order. */
  readonly shown: readonly WatchedBoard[];
  readonly choices: FleetChoices;
  /** Names of boards that were asked to stop. */
  readonly stopping: ReadonlySet<string>;
  readonly lanes: LaneLimits;
}

/** How, and when, the grid is drawn. */
export interface Look {
  readonly theme: Theme;
  readonly nowMs: number;
}

/** The cell whose medians stand in the grid, and what they are held against. */
export interface GridCell {
  readonly key: string | null;
  readonly all: readonly string[];
  readonly kinds: ReadonlyMap<string | null, number>;
  /** One unit for all: figures in columns are compared by their length. */
  readonly unit: { readonly name: string; readonly size_ns: number };
  /** A cell's label: with the model where there are several. */
  readonly label: (key: string) => string;
}

const units = [
  { name: 'ns', size_ns: 1 },
  { name: 'µs', size_ns: 1e3 },
  { name: 'ms', size_ns: 1e6 },
  { name: 's', size_ns: 1e9 },
] as const;

export function gridCell(picture: GridPicture, nowMs: number): GridCell {
  const { boards, choices } = picture;
  const all = cellsOf(boards);
  const key = all[choices.cell % Math.max(1, all.length)] ?? null;
  const kinds = key === null ? new Map() : kindMedians(boards, key, nowMs);
  const medians = boards.flatMap((board) =>
    key === null ? [] : (board.headline(key, nowMs)?.median_ns ?? []),
  );
  const typical_ns = medians.sort((a, b) => a - b)[Math.floor(medians.length / 2)] ?? 1e6;
  const unit = units.findLast(({ size_ns }) => typical_ns >= size_ns) ?? units[0];
  return { key, all, kinds, unit, label: labelOf };
}

/** Ids hold no space: the label is what follows the first. */
function labelOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}

/** `8.41` in the grid's unit; of a first process that is under way, too. */
export function medianText(headline: Headline | null, { unit }: GridCell): string {
  return headline === null ? '' : formatNumber(headline.median_ns / unit.size_ns);
}

/** `±0.6 %`; empty with fewer than two processes. */
export function intervalText(headline: Headline | null, theme: Theme): string {
  const halfWidth = headline?.halfWidth ?? null;
  if (halfWidth === null) return '';
  const { plusMinus } = theme.glyphs;
  return halfWidth > 1 ? `${plusMinus}>100 %` : `${plusMinus}${formatPercent(halfWidth)}`;
}

/**
 * Distance from the median of boards of its kind: `+3%`, `=`; empty where there are too few of
 * them.
 */
export function distanceText(
  board: WatchedBoard,
  headline: Headline | null,
  { kinds }: GridCell,
): string {
  const median_ns = kinds.get(board.state.model);
  if (headline === null || median_ns === undefined) return '';
  const percent = Math.round((headline.median_ns / median_ns - 1) * 100);
  if (percent === 0) return '=';
  return percent > 999 ? '>9x' : `${percent > 0 ? '+' : ''}${percent}%`;
}

const runningPhases: ReadonlySet<BoardPhase> = new Set(['measuring', 'saving', 'done', 'left']);

/** A figure is worth showing: of a board that failed, its failure is. */
export function hasFigures({ state }: WatchedBoard): boolean {
  return runningPhases.has(state.phase) || (isSettled(state) && state.failure === null);
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const asciiBlocks = ['_', '.', '-', '=', '+', '*', '%', '#'];

/**
 * The slowest iteration of each second, from the fastest of them upward: a level line is a steady
 * board.
 */
export function sparkline(board: WatchedBoard, cells: number, theme: Theme): string {
  const all = board.lastSeconds(cells);
  const values = all.slice(
    Math.max(
      0,
      all.findIndex((value) => value !== null),
    ),
  );
  const known = values.flatMap((value) => value ?? []);
  if (known.length === 0) return '';
  const low = Math.min(...known);
  // Half of the fastest is full height at least: what is less is no news.
  const span = Math.max(Math.max(...known) - low, low * 0.5);
  const ramp = theme.isUnicode ? blocks : asciiBlocks;
  return values
    .map((value) =>
      value === null ? ' ' : (ramp[Math.round(((value - low) / span) * (ramp.length - 1))] ?? ' '),
    )
    .join('');
}

/** `06:12`, `1:02:09` */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
