import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import type { Theme } from './theme.ts';

/**
 * Latin letters and the signs, lines, blocks and braille that these screens are made of: one cell
 * each.
 */
const narrow =
  /^[\x20-\x7e\u00b0-\u00b7\u00d7\u2013\u2014\u2026\u203a\u2190-\u2193\u2500-\u259f\u25cb\u25cf\u25d0\u2713\u2717\u2800-\u28ff]*$/;

/**
 * Cells that a text takes; what boards and files are called may be anything, so that the rest is
 * measured.
 */
export function widthOf(text: string): number {
  const bare = text.includes('\u001b') ? stripVTControlCharacters(text) : text;
  return narrow.test(bare) ? bare.length : stringWidth(bare);
}

/** `text` and blanks up to `columns`; longer text is cut and says so. */
export function padEnd(text: string, columns: number, theme: Theme): string {
  const fitted = clip(text, columns, theme);
  return fitted + ' '.repeat(Math.max(0, columns - widthOf(fitted)));
}

export function padStart(text: string, columns: number, theme: Theme): string {
  const fitted = clip(text, columns, theme);
  return ' '.repeat(Math.max(0, columns - widthOf(fitted))) + fitted;
}

/**
 * At most `columns` cells of `text`; where it must be cut it loses its colour rather than bleed it.
 */
export function clip(text: string, columns: number, theme: Theme): string {
  // A tab or a line break would move what stands after it, and counts as no cell at all.
  const inLine = text.replace(/[\t\n\r\v\f]/g, ' ');
  const shown = theme.isUnicode ? inLine : asciiText(inLine);
  if (widthOf(shown) <= columns) return shown;
  if (columns <= 0) return '';
  let result = '';
  let width = 0;
  for (const character of stripVTControlCharacters(shown)) {
    width += widthOf(character);
    if (width > columns - 1) break;
    result += character;
  }
  return `${result}${theme.glyphs.ellipsis}`;
}

/**
 * Text with the few signs that we use beyond ASCII replaced, where the terminal cannot show them.
 */
export function plainText(text: string, isUnicode: boolean): string {
  if (isUnicode) return text;
  return text
    .replaceAll('±', '+-')
    .replaceAll('·', '-')
    .replaceAll('×', 'x')
    .replaceAll('µ', 'u')
    .replaceAll('–', '-')
    .replaceAll('…', '...')
    .replaceAll('✗', 'x')
    .replaceAll('≥', '>=')
    .replaceAll('≤', '<=');
}

/**
 * Our own signs have their equal in ASCII; of what a board calls its parts, the rest is a question
 * mark.
 */
function asciiText(text: string): string {
  return plainText(text, false)
    .replaceAll('°', '')
    .replace(/\P{ASCII}/gu, '?');
}

/**
 * `left` at the left edge and `right` at the right one; where there is no room for both, `left` is
 * cut.
 */
export function spread(left: string, right: string, columns: number, theme: Theme): string {
  const end = clip(right, columns, theme);
  const room = columns - widthOf(end) - (end === '' ? 0 : 2);
  if (room < 4) return padEnd(end, columns, theme);
  return `${padEnd(left, room, theme)}${end === '' ? '' : '  '}${end}`;
}

/** A rule across the frame with a title in it: `── latency, ms ─────`. */
export function rule(title: string, columns: number, theme: Theme): string {
  const { rule: line } = theme.glyphs;
  const head = title === '' ? '' : `${line}${line} ${title} `;
  const rest = Math.max(0, columns - widthOf(head));
  if (title === '') return theme.dim(line.repeat(rest));
  return clip(
    `${theme.dim(`${line}${line}`)} ${title} ${theme.dim(line.repeat(rest))}`,
    columns,
    theme,
  );
}

/** A bar of `cells` cells, `share` of it full. */
export function bar(share: number, cells: number, theme: Theme): string {
  const full = Math.round(Math.min(1, Math.max(0, share || 0)) * cells);
  return theme.glyphs.full.repeat(full) + theme.dim(theme.glyphs.empty.repeat(cells - full));
}

/** Exactly `rows` lines: cut at the end or filled up with empty ones. */
export function exactly(lines: readonly string[], rows: number): string[] {
  const shown = lines.slice(0, Math.max(0, rows));
  return [...shown, ...Array.from({ length: Math.max(0, rows - shown.length) }, () => '')];
}

/**
 * The part of a list that shows the selected line, and how many lines are hidden above and below.
 */
export function windowAround(
  length: number,
  selected: number,
  rows: number,
): { readonly from: number; readonly to: number } {
  if (length <= rows) return { from: 0, to: length };
  const from = Math.min(Math.max(0, selected - Math.floor(rows / 2)), length - rows);
  return { from, to: from + rows };
}
