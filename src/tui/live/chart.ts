import type { Cause, Timeline } from '../../../host/journal/timeline.ts';
import { formatDuration } from '../../../host/quantities/format.ts';
import { clip, padStart } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { type ChartColumn, columnsOf } from './chart-columns.ts';

/** Dots of a braille cell that are filled from below, by height 0 to 4: left and right column. */
const LEFT = [0, 0x40, 0x44, 0x46, 0x47] as const;
const RIGHT = [0, 0x80, 0xa0, 0xb0, 0xb8] as const;
const BRAILLE = 0x2800;
const AXIS_COLUMNS = 10;

const marks: Readonly<Record<Cause, string>> = {
  preempted: 'p',
  fault: 'f',
  gc: 'g',
  clock: 'c',
  interrupts: 'i',
  unexplained: '!',
};

/** Where the cause's name says too little. */
const words: Readonly<Partial<Record<Cause, string>>> = {
  fault: 'page fault',
  gc: 'garbage collection',
  clock: 'clock fell',
};

/**
 * One outlier must not flatten all the rest: beyond this multiple of the upper decile the chart is
 * cut.
 */
const CLIP = 2.5;

/**
 * Iterations over time as so many rows, the last of which marks slow ones with a letter of their
 * cause. The scale begins at zero; each column shows its highest iteration.
 */
export function chartLines(
  timeline: Timeline,
  windowS: number,
  size: { readonly columns: number; readonly rows: number },
  theme: Theme,
): string[] {
  const cells = Math.max(1, size.columns - AXIS_COLUMNS - 2);
  const perCell = theme.isUnicode ? 2 : 1;
  const columns = columnsOf(timeline, windowS, cells * perCell);
  const top_ns = topOf(columns);
  const bodyRows = Math.max(1, size.rows - 1);
  const body = Array.from({ length: bodyRows }, (_, row) => {
    const level = bodyRows - row;
    const label =
      row === 0 || row === Math.floor(bodyRows / 2) ? (level / bodyRows) * top_ns : null;
    const text = label === null || top_ns === 0 ? '' : formatDuration(label);
    return `${theme.dim(`${padStart(text, AXIS_COLUMNS - 1, theme)} ${theme.glyphs.axis}`)}${theme.running(rowText(columns, row, bodyRows, top_ns, theme))}`;
  });
  return [...body, markLine(columns, perCell, windowS, theme)];
}

function topOf(columns: readonly ChartColumn[]): number {
  const heights = columns.flatMap(({ max_ns }) => max_ns ?? []).sort((a, b) => a - b);
  const highest = heights.at(-1) ?? 0;
  const decile = heights[Math.floor(heights.length * 0.9)] ?? 0;
  return Math.min(highest, decile * CLIP) * 1.02;
}

function rowText(
  columns: readonly ChartColumn[],
  row: number,
  rows: number,
  top_ns: number,
  theme: Theme,
): string {
  const steps = theme.isUnicode ? 4 : 1;
  const heightOf = (column: ChartColumn | undefined) => {
    if (column?.max_ns == null || top_ns === 0) return 0;
    // Whatever was measured shows: the null model beside a network is more than nothing.
    const dots = Math.max(1, Math.round((column.max_ns / top_ns) * rows * steps));
    return Math.min(steps, Math.max(0, dots - (rows - 1 - row) * steps));
  };
  if (!theme.isUnicode) return columns.map((column) => (heightOf(column) > 0 ? '#' : ' ')).join('');
  let text = '';
  for (let index = 0; index < columns.length; index += 2) {
    const left = LEFT[heightOf(columns[index])] ?? 0;
    const right = RIGHT[heightOf(columns[index + 1])] ?? 0;
    text += left + right === 0 ? ' ' : String.fromCodePoint(BRAILLE + left + right);
  }
  return text;
}

function markLine(
  columns: readonly ChartColumn[],
  perCell: number,
  windowS: number,
  theme: Theme,
): string {
  const label = padStart(`${windowS} s`, AXIS_COLUMNS - 1, theme);
  let line = '';
  for (let index = 0; index < columns.length; index += perCell) {
    const slow = columns.slice(index, index + perCell).find((column) => column.slow)?.slow;
    line += slow ? marks[slow] : ' ';
  }
  return `${theme.dim(`${label} ${theme.glyphs.corner}`)}${theme.note(line)}`;
}

/** What the letters below the chart mean; only those that are there. */
export function markLegend(timeline: Timeline, theme: Theme, columns: number): string {
  const seen = new Set(timeline.buckets.flatMap(({ slow }) => slow ?? []));
  if (seen.size === 0) return '';
  const shown = (Object.keys(marks) as Cause[])
    .filter((cause) => seen.has(cause))
    .map((cause) => `${marks[cause]} ${words[cause] ?? cause}`);
  return clip(`slow: ${shown.join('  ')}`, columns, theme);
}
