import type { CellShape } from '../../../host/analysis/cell-shapes.ts';
import type { CellResult, PercentileResult } from '../../../host/analysis/result/cell-result.ts';
import { formatDuration, formatPercent } from '../../../host/quantities/format.ts';
import { padEnd, padStart } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';

/**
 * Dots of a braille cell filled from below (0 to 4), left and right column; see chart.ts of the
 * live view.
 */
const LEFT = [0, 0x40, 0x44, 0x46, 0x47] as const;
const RIGHT = [0, 0x80, 0xa0, 0xb0, 0xb8] as const;
const BRAILLE = 0x2800;
/** Rows of one picture. */
const ROWS = 4;
const MARGIN = 2;
const MIN_BINS = 20;

/** How fine a distribution is for a terminal of so many columns. */
export const terminalShapes = { bins: 160, columns: 1 } as const;

/**
 * How often which latency was seen, a picture for each cell, with the percentiles and their
 * intervals.
 */
export function distributionLines(
  cells: readonly CellResult[],
  shapes: ReadonlyMap<string, CellShape>,
  columns: number,
  theme: Theme,
): string[] {
  return cells.flatMap((cell) => {
    const shape = shapes.get(cell.cell);
    const title = theme.title(`  ${cell.label}`);
    if (shape === undefined || shape.steady === 0) return [title, '  nothing was measured', ''];
    return [title, ...pictureLines(shape, columns, theme), ...figureLines(cell, theme), ''];
  });
}

function pictureLines(shape: CellShape, columns: number, theme: Theme): string[] {
  const width = Math.max(MIN_BINS / 2, Math.min(80, columns - 2 * MARGIN));
  const perCell = theme.isUnicode ? 2 : 1;
  const bins = regrouped(shape.bins, Math.min(shape.bins.length, width * perCell));
  const most = Math.max(1, ...bins);
  const cells = Math.ceil(bins.length / perCell);
  const lines = Array.from(
    { length: ROWS },
    (_, row) => `  ${theme.running(rowText(bins, most, row, theme))}`,
  );
  const [from, to] = [formatDuration(shape.lo_ns), formatDuration(shape.hi_ns)];
  const below = shape.below > 0 ? `, ${shape.below} below` : '';
  const above = shape.above > 0 ? `, ${shape.above} above` : '';
  const axis = padEnd(from, Math.max(0, cells - to.length), theme) + to;
  return [
    ...lines,
    `  ${theme.dim(axis)}`,
    `  ${theme.dim(`${shape.steady} steady iterations${below}${above}`)}`,
  ];
}

function rowText(bins: readonly number[], most: number, row: number, theme: Theme): string {
  const steps = theme.isUnicode ? 4 : 1;
  const heights = bins.map((bin) => {
    // Whatever was seen shows: one iteration is more than nothing.
    const dots = bin > 0 ? Math.max(1, Math.round((bin / most) * ROWS * steps)) : 0;
    return Math.min(steps, Math.max(0, dots - (ROWS - 1 - row) * steps));
  });
  if (!theme.isUnicode) return heights.map((height) => (height > 0 ? '#' : ' ')).join('');
  let text = '';
  for (let at = 0; at < heights.length; at += 2) {
    const dots = (LEFT[heights[at] ?? 0] ?? 0) + (RIGHT[heights[at + 1] ?? 0] ?? 0);
    text += dots === 0 ? ' ' : String.fromCodePoint(BRAILLE + dots);
  }
  return text;
}

/** The same counts in fewer bins. */
function regrouped(bins: readonly number[], wanted: number): number[] {
  const groups = new Array<number>(wanted).fill(0);
  bins.forEach((count, at) => {
    const group = Math.floor((at * wanted) / bins.length);
    groups[group] = (groups[group] ?? 0) + count;
  });
  return groups;
}

function figureLines(cell: CellResult, theme: Theme): string[] {
  const { median_ns, ci, percentiles, min_ns, max_ns } = cell;
  const median =
    median_ns === null
      ? 'none'
      : `${padStart(formatDuration(median_ns, ci?.half_width), 9, theme)}${ci ? `  95 % CI ${formatDuration(ci.lo_ns)} to ${formatDuration(ci.hi_ns)} (${theme.glyphs.plusMinus}${formatPercent(ci.half_width)})` : ''}`;
  const named = [
    ['p90', percentiles.p90],
    ['p95', percentiles.p95],
    ['p99', percentiles.p99],
    ['p99.9', percentiles.p999],
  ] as const;
  const edge = (value: number | null) =>
    padStart(value === null ? 'n/a' : formatDuration(value), 9, theme);
  return [
    `  min    ${edge(min_ns)}`,
    `  median ${median}`,
    ...named.map(([name, found]) => `  ${padEnd(name, 6, theme)} ${percentileText(found, theme)}`),
    `  max    ${edge(max_ns)}`,
  ];
}

function percentileText({ value_ns, lo_ns, hi_ns, reason }: PercentileResult, theme: Theme) {
  if (value_ns === null) return theme.dim(`${padStart('n/a', 9, theme)}  ${reason ?? ''}`);
  const range =
    lo_ns === null || hi_ns === null
      ? ''
      : `  95 % CI ${formatDuration(lo_ns)} to ${formatDuration(hi_ns)}`;
  return `${padStart(formatDuration(value_ns), 9, theme)}${range}`;
}
