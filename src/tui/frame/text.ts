import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { plainText } from '../../output/symbols.ts';
import type { Theme } from './theme.ts';

/** `text` and blanks up to `columns`; longer text is cut and says so. */
export function padEnd(text: string, columns: number, theme: Theme): string {
  const fitted = clip(text, columns, theme);
  return fitted + ' '.repeat(Math.max(0, columns - stringWidth(fitted)));
}

export function padStart(text: string, columns: number, theme: Theme): string {
  const fitted = clip(text, columns, theme);
  return ' '.repeat(Math.max(0, columns - stringWidth(fitted))) + fitted;
}

/** At most `columns` cells of `text`; where it must be cut it loses its colour rather than bleed it. */
export function clip(text: string, columns: number, theme: Theme): string {
  const shown = theme.isUnicode ? text : asciiText(text);
  if (stringWidth(shown) <= columns) return shown;
  if (columns <= 0) return '';
  let result = '';
  let width = 0;
  for (const character of stripVTControlCharacters(shown)) {
    width += stringWidth(character);
    if (width > columns - 1) break;
    result += character;
  }
  return `${result}${theme.glyphs.ellipsis}`;
}

/** Our own signs have their equal in ASCII; of what a board calls its parts, the rest is a question mark. */
function asciiText(text: string): string {
  return plainText(text, false)
    .replaceAll('°', '')
    .replace(/\P{ASCII}/gu, '?');
}

/** `left` at the left edge and `right` at the right one; where there is no room for both, `left` is cut. */
export function spread(left: string, right: string, columns: number, theme: Theme): string {
  const end = clip(right, columns, theme);
  const room = columns - stringWidth(end) - (end === '' ? 0 : 2);
  if (room < 4) return padEnd(end, columns, theme);
  return `${padEnd(left, room, theme)}${end === '' ? '' : '  '}${end}`;
}

/** A rule across the frame with a title in it: `── latency, ms ─────`. */
export function rule(title: string, columns: number, theme: Theme): string {
  const { rule: line } = theme.glyphs;
  const head = title === '' ? '' : `${line}${line} ${title} `;
  const rest = Math.max(0, columns - stringWidth(head));
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

/** The part of a list that shows the selected line, and how many lines are hidden above and below. */
export function windowAround(
  length: number,
  selected: number,
  rows: number,
): { readonly from: number; readonly to: number } {
  if (length <= rows) return { from: 0, to: length };
  const from = Math.min(Math.max(0, selected - Math.floor(rows / 2)), length - rows);
  return { from, to: from + rows };
}
