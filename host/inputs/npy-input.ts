import type { TensorDtype } from '../../agent/protocol/plan.ts';
import type { ModelFacts } from '../../models/facts.ts';
import { formatShape } from '../../models/shapes.ts';
import { OrinError } from '../errors.ts';
import type { NpyArray } from './npy.ts';
import { elementBytes } from './seeded.ts';

/** Free dimensions take the size that they have in a given array, the leading one aside: that is the batch. */
export function shapesFromFiles(
  facts: ModelFacts,
  arrays: ReadonlyMap<string, NpyArray>,
): Readonly<Record<string, readonly number[]>> {
  const shapes = new Map<string, readonly number[]>();
  for (const [name, array] of arrays) {
    const declared = facts.inputs.find((input) => input.name === name)?.shape;
    if (declared && declared.length !== array.shape.length) continue;
    const shape = array.shape.map((dim, axis) => {
      const fixed = declared?.[axis];
      if (typeof fixed === 'number') return fixed;
      return declared && axis === 0 ? 1 : dim;
    });
    shapes.set(name, shape);
  }
  return Object.fromEntries(shapes);
}

/**
 * The first rows of an array, as many as `shape` asks for.
 * @throws OrinError `input-mismatch` where type or shape differ, or rows are too few.
 */
export function prefixOfNpy(
  input: string,
  dtype: TensorDtype,
  shape: readonly number[],
  array: NpyArray,
): Uint8Array {
  const refuse = (why: string, next: string) =>
    new OrinError({
      code: 'input-mismatch',
      what: `the array for input ${input} does not fit`,
      why,
      next,
    });
  if (array.dtype !== dtype) {
    const next = `convert it: array.astype(numpy.${dtype === 'string' ? 'str_' : dtype})`;
    throw refuse(`it holds ${array.dtype}, the input takes ${dtype}`, next);
  }
  const isSameRow =
    array.shape.length === shape.length &&
    shape.every((dim, axis) => axis === 0 || dim === array.shape[axis]);
  if (!isSameRow) {
    const why = `it is ${formatShape(array.shape)}, the input takes ${formatShape(shape)}`;
    throw refuse(why, 'reshape or transpose it; only its leading dimension may be larger');
  }
  if ((array.shape[0] ?? 1) < (shape[0] ?? 1)) {
    const why = `it has ${array.shape[0]} rows, the largest batch takes ${shape[0]}`;
    throw refuse(why, 'give more rows, or smaller values of --batch');
  }
  const elements = shape.reduce((product, dim) => product * dim, 1);
  if (dtype !== 'string') return array.bytes.subarray(0, elements * elementBytes(dtype));
  const strings: unknown = JSON.parse(Buffer.from(array.bytes).toString('utf8'));
  return Buffer.from(JSON.stringify(Array.isArray(strings) ? strings.slice(0, elements) : []));
}
