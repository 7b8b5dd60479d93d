import { isFree, isUnnamed, meaningOf, wordsOf } from './dimension-names.ts';
import type { Dimension, TensorFacts } from './facts.ts';

/** An input as far as its shape is settled. */
export interface Unsettled {
  readonly input: TensorFacts;
  readonly shape: readonly Dimension[];
  /** Not even its rank is known. */
  readonly isUnknown: boolean;
}

/** What the free dimensions of one example are. */
interface Sizes {
  /** Height and width. */
  readonly side: number;
  /** Anything that is counted one after the other: tokens, frames, nodes. */
  readonly length: number;
  /** A dimension without a name between others that are fixed: often the batch of a state. */
  readonly inner: number;
}

/** The likeliest first. */
const sizes: readonly Sizes[] = [
  { side: 224, length: 128, inner: 1 },
  { side: 256, length: 512, inner: 1 },
  { side: 512, length: 256, inner: 1 },
  { side: 640, length: 64, inner: 1 },
  { side: 32, length: 16, inner: 1 },
  { side: 64, length: 1, inner: 1 },
  { side: 224, length: 128, inner: 128 },
];

/** As many samples of sound as one second has at 16 kHz. */
const SAMPLES = 16_000;

const sideWords = new Set(['height', 'width', 'h', 'w']);
const sampleWords = new Set(['sample', 'waveform', 'wave', 'audio']);

/**
 * Shapes of all inputs that may well work: what is settled stays, one symbolic name is one number,
 * and dimensions that are alike get a like size.
 */
export function exampleShapes(
  inputs: readonly Unsettled[],
): readonly ReadonlyMap<string, readonly number[]>[] {
  const found = sizes.map((each) => exampleOf(inputs, each));
  const texts = found.map((example) => JSON.stringify([...example]));
  return found.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

function exampleOf(
  inputs: readonly Unsettled[],
  chosen: Sizes,
): ReadonlyMap<string, readonly number[]> {
  const symbols = new Map<string, number>();
  const first = inputs.map(({ input, shape, isUnknown }) => {
    const dims = (isUnknown ? [null] : shape).map((dim, axis, all) => {
      if (!isFree(dim)) return dim;
      const size = typeof dim === 'string' ? symbols.get(dim) : undefined;
      const guess = size ?? guessOf({ input, dim, axis, shape: all }, chosen);
      if (typeof dim === 'string') symbols.set(dim, guess);
      return guess;
    });
    return [input.name, dims] as const;
  });
  // A sum of symbols is known only when its parts are: `past_sequence_length + sequence_length`.
  const sums = new Map(
    [...symbols.keys()].flatMap((symbol) => {
      const parts = symbol.split('+').map((part) => symbols.get(part.trim()) ?? Number.NaN);
      const sum = parts.reduce((total, part) => total + part, 0);
      return symbol.includes('+') && Number.isFinite(sum) ? [[symbol, sum] as const] : [];
    }),
  );
  return new Map(
    first.map(([name, dims], at) => [
      name,
      dims.map((size, axis) => sums.get(String(inputs[at]?.shape[axis])) ?? size),
    ]),
  );
}

interface FreeDimension {
  readonly input: TensorFacts;
  readonly dim: string | null;
  readonly axis: number;
  readonly shape: readonly Dimension[];
}

function guessOf(free: FreeDimension, chosen: Sizes): number {
  const { axis, shape } = free;
  const named = namedGuess(free, chosen);
  if (named !== null) return named;
  const rank = shape.length;
  if (rank === 1) return chosen.length;
  if (axis === 0) return 1;
  if (rank === 4) return imageGuess(free, chosen);
  const isInner = typeof shape[0] === 'number' && typeof shape[axis + 1] === 'number';
  return isInner ? chosen.inner : chosen.length;
}

/** What the name of a dimension says; null where it says nothing. */
function namedGuess({ dim, axis, shape }: FreeDimension, chosen: Sizes): number | null {
  if (dim === null || isUnnamed(dim)) return null;
  const meaning = meaningOf(dim);
  if (meaning === 'batch') return 1;
  const words = wordsOf(dim);
  if (words.some((word) => sideWords.has(word))) return chosen.side;
  if (words.includes('channel')) return 3;
  if (words.some((word) => sampleWords.has(word)) && shape.length === 1) return SAMPLES;
  if (meaning === 'letter' && axis === 0 && shape.length > 1) return 1;
  return meaning === 'other' ? chosen.length : null;
}

/** [?, channels, height, width], or the channels last where they are the fixed ones. */
function imageGuess({ axis, shape }: FreeDimension, { side }: Sizes): number {
  const isLast = shape[3] === 1 || shape[3] === 3;
  return axis === 1 && !isLast ? 3 : side;
}
