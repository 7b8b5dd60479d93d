import { cleanText } from '../../../../agent/contract/clean-text.ts';

/** Text that is markup already: only `html` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[] | null;

/**
 * Markup from a template. Every value that is not markup itself becomes plain text: escaped, and
 * without control and direction characters. Attributes must be quoted.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const pieces = strings.map((string, at) => string + (at < parts.length ? textOf(parts[at]) : ''));
  return new Markup(pieces.join(''));
}

export const nothing: Markup = new Markup('');

function textOf(part: Part | undefined): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(cleanText(part));
  return part.map(({ text }) => text).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

export interface TableColumn {
  readonly title: string;
  readonly isNumber?: boolean;
}

/**
 * A table that scrolls by itself where the page is too narrow; columns that are empty in every row
 * are left out.
 */
export function dataTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly (Markup | string)[])[],
): Markup {
  const isFilled = (cell: Markup | string | undefined) =>
    cell instanceof Markup ? cell.text !== '' : Boolean(cell);
  const used = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => rows.some((row) => isFilled(row[index])));
  const kindOf = ({ isNumber }: TableColumn) => (isNumber ? 'number' : 'text');
  return html`<div class="scroll"><table><thead><tr>${used.map(
    (column) => html`<th scope="col" class="${kindOf(column)}">${column.title}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${used.map((column, at) =>
        at === 0
          ? html`<th scope="row">${row[column.index] ?? ''}</th>`
          : html`<td class="${kindOf(column)}">${row[column.index] ?? ''}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}
