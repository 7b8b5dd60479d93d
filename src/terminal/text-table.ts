import stringWidth from 'string-width';
import type { Terminal } from './terminal.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /**
   * Where the table is too wide, columns with the highest number go first; without one a column
   * stays.
   */
  readonly dropOrder?: number;
}

/**
 * Rows as aligned text: two spaces between columns, two before the first, no rules. Cells may hold
 * colour; columns that are empty in every row are left out, and so are those for which `maxWidth`
 * has no room.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  maxWidth = Number.POSITIVE_INFINITY,
): string[] {
  const used = fitting(
    columns
      .map((column, index) => ({ column, index, width: widthOf(column, index, rows) }))
      .filter(({ index }) => rows.some((row) => (row[index] ?? '') !== '')),
    maxWidth,
  );
  const lineOf = (cells: readonly string[]) =>
    `  ${used
      .map(({ column, width }, at) => padded(cells[at] ?? '', width, column.align))
      .join('  ')}`.trimEnd();
  return [
    lineOf(used.map(({ column }) => column.title)),
    ...rows.map((row) => lineOf(used.map(({ index }) => row[index] ?? ''))),
  ];
}

/** A table as wide as the terminal lets it be, its head dim. */
export function headedTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, 'colour' | 'columns'>,
): string[] {
  const [head = '', ...body] = textTable(columns, rows, terminal.columns());
  return [terminal.colour.dim(head), ...body];
}

interface Placed {
  readonly column: Column;
  readonly index: number;
  readonly width: number;
}

function widthOf(column: Column, index: number, rows: readonly (readonly string[])[]): number {
  return Math.max(stringWidth(column.title), ...rows.map((row) => stringWidth(row[index] ?? '')));
}

function fitting(placed: readonly Placed[], maxWidth: number): readonly Placed[] {
  const total = placed.reduce((sum, { width }) => sum + width + 2, 0);
  const droppable = placed.filter(({ column }) => column.dropOrder !== undefined);
  if (total <= maxWidth || droppable.length === 0) return placed;
  const first = droppable.reduce((a, b) =>
    (b.column.dropOrder ?? 0) > (a.column.dropOrder ?? 0) ? b : a,
  );
  return fitting(
    placed.filter((each) => each !== first),
    maxWidth,
  );
}

function padded(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}
