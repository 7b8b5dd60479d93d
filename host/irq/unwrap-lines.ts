import { headerCpus, type NumberedLine } from '../telemetry/counter-table.ts';

/**
 * Between two columns of a table there are up to so many blanks, which a paste may have lost at a
 * line's end.
 */
const MAX_BLANKS = 12;
/** A terminal narrower than this shows no table. */
const MIN_WIDTH = 40;
const rowStart = /^[ \t]*[\w-]{1,32}:(?=[ \t]|$)/;

/**
 * Widths at which the lines may have been wrapped: what is longest, and the blanks that may be
 * missing there.
 */
export function possibleWidths(lines: readonly NumberedLine[]): number[] {
  const longest = lines.reduce((most, { text }) => Math.max(most, text.length), 0);
  if (longest < MIN_WIDTH) return [];
  return Array.from({ length: MAX_BLANKS }, (_, blanks) => longest + blanks);
}

/**
 * The lines of tables as they were before a terminal `width` columns wide wrapped them: a line that
 * reaches the edge goes on in the next one, unless that begins a row or a table of its own.
 */
export function unwrapLines(lines: readonly NumberedLine[], width: number): NumberedLine[] {
  const joined: { readonly line: number; text: string }[] = [];
  let lengthBefore = 0;
  for (const { line, text } of lines) {
    const last = joined.at(-1);
    const reachesEdge = lengthBefore > width - MAX_BLANKS;
    const isHeader = headerCpus(text).length > 0 && !isHeaderPart(last?.text ?? '');
    if (last !== undefined && reachesEdge && text !== '' && !rowStart.test(text) && !isHeader) {
      last.text = last.text.padEnd(Math.ceil(last.text.length / width) * width) + text;
    } else joined.push({ line, text });
    lengthBefore = text.length;
  }
  return joined;
}

/** A header, the last name of which may be cut. */
function isHeaderPart(text: string): boolean {
  return /^\s*CPU\d+(?:\s+CPU\d+)*(?:\s+C?P?U?)?\s*$/.test(text);
}
