/** Marks of the plain output; each always stands beside a word, so that none carries meaning alone. */
export interface Symbols {
  readonly done: string;
  readonly running: string;
  readonly failed: string;
  readonly note: string;
  readonly dot: string;
  readonly plusMinus: string;
  readonly full: string;
  readonly empty: string;
  readonly times: string;
  readonly dash: string;
}

const unicode: Symbols = {
  done: '✓',
  running: '●',
  failed: '✗',
  note: '!',
  dot: '·',
  plusMinus: '±',
  full: '█',
  empty: '░',
  times: '×',
  dash: '–',
};

const ascii: Symbols = {
  done: '+',
  running: '*',
  failed: 'x',
  note: '!',
  dot: '-',
  plusMinus: '+-',
  full: '#',
  empty: '.',
  times: 'x',
  dash: '-',
};

export function symbolsFor(isUnicode: boolean): Symbols {
  return isUnicode ? unicode : ascii;
}

/** Text with the few signs that we use beyond ASCII replaced, where the terminal cannot show them. */
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
