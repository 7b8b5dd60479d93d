import { word } from './sh.ts';

/**
 * What a newline after it needs no semicolon for: a word that opens a list, an operator, a pattern
 * of `case`.
 */
const open = /(?:^|\s)(?:then|do|else|in)$|[{(|&]$|;;$|^[^()]+\)$/;

/**
 * The statements of shell files, in order, as the one line that `sh` quotes for every login shell;
 * `values` are the positional parameters `$1`, `$2`, … that they begin with. Comments do not
 * travel.
 * @throws Error on a value that cannot be quoted.
 */
export function program(
  texts: string | readonly string[],
  values: readonly (string | number)[] = [],
): string {
  const statements = [texts].flat().map(oneLine);
  const parameters = values.length === 0 ? [] : [`set -- ${values.map(argument).join(' ')}`];
  return [...parameters, ...statements].join('; ');
}

/** Kept short where it can be: a push lists thousands. */
function argument(value: string | number): string {
  const text = String(value);
  return /^[\w./:@%+,-]+$/.test(text) ? text : word(text);
}

/** The lines of a program. Its comments stand on lines of their own. */
function withoutComments(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');
}

/** A program on one line; no string of it may go over several. */
export function oneLine(text: string): string {
  const lines = withoutComments(text).split('\n');
  return lines
    .map((line, at) => {
      if (at === lines.length - 1) return line;
      if (line.endsWith(' \\')) return line.slice(0, -1);
      return `${line}${open.test(line) ? ' ' : '; '}`;
    })
    .join('');
}
