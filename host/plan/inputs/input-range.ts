import type { TensorDtype } from '../../../agent/contract/plan.ts';
import { OrinError } from '../../errors.ts';

/**
 * Values that an input may take: integers from `min` to `max`, or floats from `min` up to `max`.
 */
export interface InputRange {
  /** Decimal, as the person wrote it: 64-bit integers do not fit a number. */
  readonly min: string;
  readonly max: string;
}

/** Reads the value of a `--range` flag, `input_ids=0..30521`. Undefined where it is none. */
export function parseRange(
  text: string,
): { readonly name: string; readonly range: InputRange } | undefined {
  const decimal = String.raw`[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?`;
  const match = new RegExp(`^(.+)=(${decimal})\\.\\.(${decimal})$`, 'iu').exec(text.trim());
  if (!match?.[1] || !match[2] || !match[3]) return undefined;
  return { name: match[1], range: { min: match[2], max: match[3] } };
}

const integerBits: Partial<Record<TensorDtype, number>> = {
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
};

/** True for int8 … uint64. */
export function isInteger(dtype: TensorDtype): boolean {
  return integerBits[dtype] !== undefined;
}

/**
 * A range as exact integers that fit `dtype`; 0 to 1 where none is given: inside any table of
 * embeddings.
 * @throws OrinError `input-mismatch`
 */
export function integerBounds(
  input: string,
  dtype: TensorDtype,
  range: InputRange | undefined,
): readonly [min: bigint, max: bigint] {
  if (!range) return [0n, 1n];
  const refuse = (why: string) => refusedRange(input, range, why);
  if (![range.min, range.max].every((bound) => /^[+-]?\d{1,20}$/u.test(bound))) {
    throw refuse(`${dtype} takes whole numbers`);
  }
  const [min, max] = [BigInt(range.min), BigInt(range.max)];
  const bits = BigInt(integerBits[dtype] ?? 0);
  const isSigned = dtype.startsWith('int');
  const lowest = isSigned ? -(1n << (bits - 1n)) : 0n;
  const highest = (1n << (isSigned ? bits - 1n : bits)) - 1n;
  if (min < lowest || max > highest) {
    throw refuse(`${dtype} holds ${lowest} to ${highest}`);
  }
  if (min > max) throw refuse('it ends before it begins');
  return [min, max];
}

/**
 * A range as numbers; [0, 1) where none is given.
 * @throws OrinError `input-mismatch`
 */
export function floatBounds(
  input: string,
  range: InputRange | undefined,
): readonly [min: number, max: number] {
  if (!range) return [0, 1];
  const [min, max] = [Number(range.min), Number(range.max)];
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    throw refusedRange(input, range, 'it is not finite');
  }
  if (min > max) throw refusedRange(input, range, 'it ends before it begins');
  return [min, max];
}

/** For a range that cannot be used, with the reason. */
export function refusedRange(input: string, range: InputRange, why: string): OrinError {
  return new OrinError({
    code: 'input-mismatch',
    what: `input ${input} cannot take values from ${range.min} to ${range.max}`,
    why,
    next: `give --range ${input}=MIN..MAX`,
  });
}
