import stringWidth from 'string-width';

/**
 * Lines no wider than `columns`, broken at spaces; continuation lines stand two further in than the
 * line that they continue. Lines without a bound, or that fit, stay as they are; a tab, whose width
 * nobody knows, becomes a blank.
 */
export function wrapText(text: string, columns: number): string {
  if (!Number.isFinite(columns)) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line.replaceAll('\t', ' '), columns))
    .join('\n');
}

/** Sentences are read, not scanned: a line of them should not run over a wide screen. */
export function sentenceWidth(columns: number): number {
  return Math.min(columns, 100);
}

const units = /(\d) (?=(?:%|[nµm]?s|min|h|[kMG]Hz|°C|m?[JW]|[kMG]?B)(?![\p{L}\d]))/gu;
const held = '\u00a0';

/** `  outliers     1630 (5.4 %), …`: what a line begins with stands in a column of its own. */
const entry = /^ {2}\S[\w ]*? {2,}(?=\S)/;

/** As `wrapSentence`; of an entry, continuation lines stand below its text, not below its name. */
export function wrapEntries(text: string, columns: number): string {
  const lines = text.split('\n').map((line) => {
    const name = entry.exec(line)?.[0] ?? '';
    // Two further in is what a continuation line adds by itself.
    const indent = ' '.repeat(Math.max(0, name.length - 2));
    if (name === '' || stringWidth(line) <= columns) return wrapSentence(line, columns);
    const body = `${indent}${held}${held}${line.slice(name.length)}`;
    return `${name}${wrapSentence(body, columns).trimStart()}`;
  });
  return lines.join('\n');
}

/** As `wrapText`; a number and its unit or percent sign stay on one line. */
export function wrapSentence(text: string, columns: number): string {
  const bound = text.replaceAll(' %', `${held}%`).replace(units, `$1${held}`);
  return wrapText(bound, columns).replaceAll(held, ' ');
}

function wrapLine(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line;
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(' ')) {
    const isFirst = current.trim() === '';
    const longer = isFirst ? current + word : `${current} ${word}`;
    if (!isFirst && stringWidth(longer) > columns) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current = longer;
  }
  return [...lines, current].join('\n');
}
