import stringWidth from 'string-width';

/**
 * Lines no wider than `columns`, broken at spaces; continuation lines stand two further in than the line that
 * they continue. Lines without a bound, or that fit, stay as they are.
 */
export function wrapText(text: string, columns: number): string {
  if (!Number.isFinite(columns)) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n');
}

/** As `wrapText`; a number and its percent sign stay on one line. */
export function wrapSentence(text: string, columns: number): string {
  return wrapText(text.replaceAll(' %', '\u00a0%'), columns).replaceAll('\u00a0', ' ');
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
