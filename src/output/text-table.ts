import stringWidth from 'string-width';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/**
 * Rows as aligned text: two spaces between columns, two before the first, no rules. Cells may hold colour;
 * columns that are empty in every row are left out.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const used = columns
    .map((column, index) => ({ column, index }))
    .filter(({ index }) => rows.some((row) => (row[index] ?? '') !== ''));
  const widths = used.map(({ column, index }) =>
    Math.max(stringWidth(column.title), ...rows.map((row) => stringWidth(row[index] ?? ''))),
  );
  const lineOf = (cells: readonly string[]) =>
    `  ${used
      .map(({ column }, at) => padded(cells[at] ?? '', widths[at] ?? 0, column.align))
      .join('  ')}`.trimEnd();
  return [
    lineOf(used.map(({ column }) => column.title)),
    ...rows.map((row) => lineOf(used.map(({ index }) => row[index] ?? ''))),
  ];
}

function padded(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}
