import type { TensorDtype } from '../../../agent/contract/plan.ts';
import { formatShape } from '../../../models/shape-text.ts';
import { OrinError } from '../../errors.ts';
import type { StoreFile } from '../../store/push/store-file.ts';
import { hashBytes } from '../../workstation/hash-file.ts';
import type { InputRange } from './input-range.ts';
import type { NpyArray } from './npy.ts';
import { prefixOfNpy } from './npy-input.ts';
import { type Distribution, elementBytes, seededTensor } from './seeded.ts';

/** More than this for one input is a slip of the pen in a shape. */
export const MAX_INPUT_BYTES = 2 ** 30;

/** Where the values of an input come from: a given array, else seeded. */
export interface ValueSource {
  readonly array: NpyArray | undefined;
  readonly seed: number;
  readonly distribution: Distribution;
  readonly range: InputRange | undefined;
}

/**
 * The values of an input as a file for the store: little-endian and row-major, strings as a JSON
 * array.
 * @throws OrinError `input-mismatch` for more than `MAX_INPUT_BYTES`, and as `prefixOfNpy` and
 *   `seededTensor`.
 */
export function valuesFile(
  input: string,
  dtype: TensorDtype,
  shape: readonly number[],
  { array, seed, distribution, range }: ValueSource,
): StoreFile {
  const elements = elementsOf(shape);
  const size = inputBytes(dtype, elements);
  if (size > MAX_INPUT_BYTES) {
    throw new OrinError({
      code: 'input-mismatch',
      what: `input ${input} is too large`,
      why: `${formatShape(shape)} of ${dtype} takes ${(size / 2 ** 30).toPrecision(2)} GiB, the limit is 1`,
      next: 'choose a smaller --batch or --shape',
    });
  }
  const bytes = array
    ? prefixOfNpy(input, dtype, shape, array)
    : seededTensor({ input, dtype, elements, seed, distribution, range });
  return {
    sha256: hashBytes(bytes),
    sizeBytes: bytes.length,
    name: `values of input ${input}`,
    source: { kind: 'bytes', bytes },
    isCompressible: false,
  };
}

/** Product of the dimensions; 0 where one is, however large the others are. */
export function elementsOf(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, dim) => product * dim, 1);
}

/** What the values of an input take; of seeded strings some ten bytes of JSON each. */
export function inputBytes(dtype: TensorDtype, elements: number): number {
  return elements * (elementBytes(dtype) || 10);
}
