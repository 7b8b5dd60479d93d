import type { Dimension } from './facts.ts';

/** What the name of a free dimension says that it counts. */
export type DimensionMeaning = 'batch' | 'letter' | 'other' | 'unsaid';

const batchWords = new Set('batch batches batchsize minibatch nbatch bs bsz'.split(' '));
/** What a model works on at once, but item by item: a batch has none of these words. */
const otherWords = new Set(
  (
    'sequence seq length len time timestep step frame token node edge point vertex vertice atom channel ' +
    'height width depth row column col word char character patch feature class box label ' +
    't h w c d l s'
  ).split(' '),
);

/**
 * Reads a symbolic name. `batch`: one of its words says so and none says otherwise (`batch_size`,
 * `batchSize`, `text_batch_size`, `bs`). `letter`: `N` or `B` alone, which stands for a batch where
 * it leads an array of several dimensions. `other`: it counts something else (`seq_len`, `height`,
 * `batch_size*num_heads`). `unsaid`: exporters make such names up (`s0`, `dim_0`, `unk__7`), or
 * people whom we do not understand.
 */
export function meaningOf(symbol: string): DimensionMeaning {
  if (/^[nb]$/iu.test(symbol)) return 'letter';
  if (/[*/+%()]/u.test(symbol)) return 'other';
  const words = wordsOf(symbol);
  if (words.some((word) => otherWords.has(word))) return 'other';
  return words.some((word) => batchWords.has(word)) ? 'batch' : 'unsaid';
}

/**
 * Lower case, without numbers at the end and the s of a plural: `imageBatchSize2` is image, batch,
 * size.
 */
export function wordsOf(symbol: string): readonly string[] {
  return symbol
    .replace(/([a-z\d])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/u)
    .filter((word) => word !== '')
    .map((word) => word.replace(/(?<=^[a-z]{2,})\d+$/u, ''))
    .map((word) => (batchWords.has(word) ? word : word.replace(/(?<=...)s$/u, '')));
}

/** Whether a dimension is free. */
export function isFree(dimension: Dimension): dimension is string | null {
  return typeof dimension !== 'number';
}

/**
 * Free, and without a name: tf2onnx numbers such dimensions through, `unk__7`, each apart from all
 * others.
 */
export function isUnnamed(dimension: Dimension | undefined): boolean {
  return dimension === null || (typeof dimension === 'string' && /^unk__\d+$/u.test(dimension));
}
