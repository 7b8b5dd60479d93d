import type { Terminal } from './terminal.ts';

type Style = (text: string) => string;

/** Marks, lines and ramps of the screens. Each mark stands beside a word: none carries meaning alone. */
interface Glyphs {
  readonly done: string;
  readonly running: string;
  readonly waiting: string;
  readonly pushing: string;
  readonly failed: string;
  readonly note: string;
  readonly pointer: string;
  readonly rule: string;
  readonly axis: string;
  readonly corner: string;
  readonly side: string;
  readonly full: string;
  readonly empty: string;
  readonly ellipsis: string;
  readonly dot: string;
  readonly plusMinus: string;
  readonly caret: string;
}

const unicode: Glyphs = {
  done: '✓',
  running: '●',
  waiting: '○',
  pushing: '◐',
  failed: '✗',
  note: '!',
  pointer: '›',
  rule: '─',
  axis: '┤',
  corner: '└',
  side: '│',
  full: '█',
  empty: '░',
  ellipsis: '…',
  dot: '·',
  plusMinus: '±',
  caret: '▏',
};

const ascii: Glyphs = {
  done: '+',
  running: '*',
  waiting: '.',
  pushing: 'o',
  failed: 'x',
  note: '!',
  pointer: '>',
  rule: '-',
  axis: '|',
  corner: '`',
  side: '|',
  full: '#',
  empty: '.',
  ellipsis: '~',
  dot: '-',
  plusMinus: '+-',
  caret: '_',
};

/**
 * Colours by what they mean, from the 16 that every terminal theme defines; without colour all of them are
 * plain. No red against green: done is blue, running cyan, notes yellow, failures bold red with their mark.
 */
export interface Theme {
  readonly isUnicode: boolean;
  readonly glyphs: Glyphs;
  readonly title: Style;
  readonly dim: Style;
  readonly done: Style;
  readonly running: Style;
  readonly note: Style;
  readonly failed: Style;
  /** Reverse video, where the pointer is. */
  readonly selected: Style;
}

export function themeFor({ colour, isUnicode }: Pick<Terminal, 'colour' | 'isUnicode'>): Theme {
  return {
    isUnicode,
    glyphs: isUnicode ? unicode : ascii,
    title: (text) => colour.bold(text),
    dim: (text) => colour.dim(text),
    done: (text) => colour.blue(text),
    running: (text) => colour.cyan(text),
    note: (text) => colour.yellow(text),
    failed: (text) => colour.bold.red(text),
    selected: (text) => colour.inverse(text),
  };
}
