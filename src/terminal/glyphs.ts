/** Marks, lines and ramps. Each mark stands beside a word: none carries meaning alone. */
export interface Glyphs {
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
  readonly times: string;
  readonly dash: string;
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
  times: '×',
  dash: '–',
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
  times: 'x',
  dash: '-',
  caret: '_',
};

/** The glyphs that a terminal can show. */
export function glyphsFor(isUnicode: boolean): Glyphs {
  return isUnicode ? unicode : ascii;
}
