import type { TensorDtype } from '../../../agent/contract/plan.ts';
import type { Place } from '../../../models/batch.ts';
import type { ModelFacts, TensorFacts } from '../../../models/facts.ts';
import { type AskedShape, formatShape } from '../../../models/shape-text.ts';
import { OrinError } from '../../errors.ts';
import type { NpyArray } from './npy.ts';
import { elementBytes } from './seeded.ts';

/** What else was said of the inputs that arrays are given for. */
interface Beside {
  /** `--shape` */
  readonly shapes: Readonly<Record<string, AskedShape>>;
  /**
   * Where the batch stands, if `--batch` asks for sizes of it: of the rows of an array the first
   * are then used.
   */
  readonly askedBatch: readonly Place[];
}

/**
 * The shapes that given arrays have: those of their inputs, exactly. Only the rows of an array may
 * be more than are used, and only where a person asked for the size of the batch that they are.
 * @throws OrinError `input-mismatch` where an array does not fit its input, or the shape that was
 *   asked for.
 */
export function shapesFromFiles(
  facts: ModelFacts,
  arrays: ReadonlyMap<string, NpyArray>,
  { shapes, askedBatch }: Beside,
): Readonly<Record<string, AskedShape>> {
  const found = [...arrays].map(([name, array]) => {
    const input = facts.inputs.find((known) => known.name === name);
    if (input !== undefined) requireFit(input, array);
    const asked = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    const isOther = (dim: number | null, axis: number) => dim !== null && dim !== array.shape[axis];
    if (asked && (asked.length !== array.shape.length || asked.some(isOther))) {
      const why = `it is ${formatShape(array.shape)}, --shape says ${formatShape(asked.map((dim) => dim ?? 'N'))}`;
      throw unfit(name, why, `leave --shape ${name}=… out: the array says it`);
    }
    const hasRows = askedBatch.some(({ input, axis }) => input === name && axis === 0);
    return [name, hasRows ? [null, ...array.shape.slice(1)] : array.shape] as const;
  });
  return Object.fromEntries(found);
}

function requireFit({ name, dtype, shape }: TensorFacts, array: NpyArray): void {
  if (array.dtype !== dtype) {
    const next = `convert it: array.astype(numpy.${dtype === 'string' ? 'str_' : dtype})`;
    throw unfit(name, `it holds ${array.dtype}, the input takes ${dtype}`, next);
  }
  if (shape === null) return;
  const isSame =
    array.shape.length === shape.length &&
    shape.every((dim, axis) => typeof dim !== 'number' || dim === array.shape[axis]);
  // With too few rows, or too many, a fixed batch is as wrong as any other dimension.
  if (isSame) return;
  const why = `it is ${formatShape(array.shape)}, the input takes ${formatShape(shape)}`;
  throw unfit(name, why, 'reshape, transpose or cut it: an array is used as it is');
}

function unfit(input: string, why: string, next: string): OrinError {
  const what = `the array for input ${input} does not fit`;
  return new OrinError({ code: 'input-mismatch', what, why, next });
}

/**
 * The first rows of an array, as many as `shape` asks for.
 * @throws OrinError `input-mismatch` where another dimension differs, or rows are too few.
 */
export function prefixOfNpy(
  input: string,
  dtype: TensorDtype,
  shape: readonly number[],
  array: NpyArray,
): Uint8Array {
  const isSameRow =
    array.dtype === dtype &&
    array.shape.length === shape.length &&
    shape.every((dim, axis) => axis === 0 || dim === array.shape[axis]);
  if (!isSameRow) {
    const why = `it is ${formatShape(array.shape)} of ${array.dtype}, the input takes ${formatShape(shape)} of ${dtype}`;
    throw unfit(input, why, 'reshape or transpose it, or choose other shapes for the other inputs');
  }
  if ((array.shape[0] ?? 1) < (shape[0] ?? 1)) {
    const why = `it has ${array.shape[0]} rows, the largest batch takes ${shape[0]}`;
    throw unfit(input, why, 'give more rows, or smaller values of --batch');
  }
  const elements = shape.reduce((product, dim) => product * dim, 1);
  if (dtype !== 'string') return array.bytes.subarray(0, elements * elementBytes(dtype));
  const strings: unknown = JSON.parse(Buffer.from(array.bytes).toString('utf8'));
  return Buffer.from(JSON.stringify(Array.isArray(strings) ? strings.slice(0, elements) : []));
}
