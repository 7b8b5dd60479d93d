import {
  type CellInput,
  type InputSource,
  type TensorDtype,
  tensorDtypes,
} from '../../agent/protocol/plan.ts';
import type { ModelFacts, TensorFacts } from '../../models/facts.ts';
import { formatShape, resolveShapes } from '../../models/shapes.ts';
import { OrinError } from '../errors.ts';
import { hashBytes } from '../hash/hash-file.ts';
import type { StoreFile } from '../push/store-file.ts';
import { withOrinErrors } from './as-orin-error.ts';
import { type Cifar10Data, openCifar10 } from './cifar10.ts';
import type { InputRange } from './input-range.ts';
import { type NpyArray, readNpy } from './npy.ts';
import { prefixOfNpy, shapesFromFiles } from './npy-input.ts';
import { type Distribution, elementBytes, seededTensor } from './seeded.ts';

/** What to feed a model. Records are by input name. */
export interface InputRequest {
  readonly batches: readonly number[];
  /** `--shape` */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** `--range` */
  readonly ranges: Readonly<Record<string, InputRange>>;
  readonly distribution: Distribution;
  /** `--input`: paths of `.npy` files. */
  readonly files: Readonly<Record<string, string>>;
  /** `--data`: a data set for the input that it fits. */
  readonly data: DataSet | null;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

export interface DataSet {
  readonly kind: 'cifar10';
  /** `test_batch.bin`, or a directory that holds it. */
  readonly path: string;
}

export interface PreparedInputs {
  /** Inputs in the model's order, for each batch size asked for. */
  readonly byBatch: ReadonlyMap<number, readonly CellInput[]>;
  /** What the board needs for them. */
  readonly files: readonly StoreFile[];
}

/** More than this for one input is a slip of the pen in a shape. */
export const MAX_INPUT_BYTES = 2 ** 30;

/** Reads the value of a `--data` flag, `cifar10:<path>`. Undefined where it is none. */
export function parseDataSet(text: string): DataSet | undefined {
  const path = /^cifar10:(.+)$/u.exec(text)?.[1];
  return path === undefined ? undefined : { kind: 'cifar10', path };
}

/**
 * Makes or reads the values of every input for every batch size. Batches that differ only in their leading
 * dimension share one file, so that the first rows are the same everywhere.
 * @throws OrinError `free-dimension`, `input-mismatch`, `data-unreadable` or `model-unsupported`
 */
export async function prepareInputs(
  model: { readonly facts: ModelFacts },
  request: InputRequest,
): Promise<PreparedInputs> {
  const { facts } = model;
  for (const name of [...Object.keys(request.files), ...Object.keys(request.ranges)]) {
    inputNamed(facts, name);
  }
  requireSeeded(request, Object.keys(request.files), 'a file');
  const arrays = await readArrays(request);
  const overrides = { ...shapesFromFiles(facts, arrays), ...request.shapes };
  const byBatch = new Map<number, Map<string, readonly number[]>>();
  for (const batch of request.batches) {
    const resolved = await withOrinErrors(() => resolveShapes(facts, { batch, overrides }));
    byBatch.set(batch, new Map(resolved.shapes));
  }
  const cifar10 = request.data ? await openCifar10(request.data.path, request.signal) : null;
  const cifar10Input = cifar10 ? inputForCifar10(facts, byBatch, request) : null;
  if (cifar10Input !== null) requireSeeded(request, [cifar10Input], '--data');
  const files = new Map<string, StoreFile>();
  const prepared = new Map<number, CellInput[]>(request.batches.map((batch) => [batch, []]));
  for (const input of facts.inputs) {
    const shapes = [...byBatch].map(([batch, all]) => ({
      batch,
      shape: all.get(input.name) ?? [],
    }));
    const data = input.name === cifar10Input ? cifar10 : null;
    for (const part of partsOf(facts, input, shapes, {
      request,
      data,
      array: arrays.get(input.name),
    })) {
      files.set(part.file.sha256, part.file);
      for (const [batch, cellInput] of part.inputs) prepared.get(batch)?.push(cellInput);
    }
  }
  return { byBatch: prepared, files: [...files.values()] };
}

/** A range is of seeded values: beside given ones it would be ignored without a word. */
function requireSeeded(request: InputRequest, inputs: readonly string[], source: string): void {
  const both = inputs.find((name) => Object.hasOwn(request.ranges, name));
  if (both === undefined) return;
  throw new OrinError({
    code: 'input-mismatch',
    what: `--range does not apply to input ${both}`,
    why: `its values come from ${source}`,
    next: 'leave one of the two out',
  });
}

async function readArrays(request: InputRequest): Promise<ReadonlyMap<string, NpyArray>> {
  const entries = Object.entries(request.files);
  return new Map(
    await Promise.all(entries.map(async ([name, path]) => [name, await readNpy(path)] as const)),
  );
}

interface Batch {
  readonly batch: number;
  readonly shape: readonly number[];
}

interface Sources {
  readonly request: InputRequest;
  readonly data: Cifar10Data | null;
  readonly array: NpyArray | undefined;
}

/** One store file and the batches that read a prefix of it. */
interface Part {
  readonly file: StoreFile;
  readonly inputs: readonly (readonly [batch: number, input: CellInput])[];
}

function partsOf(
  facts: ModelFacts,
  input: TensorFacts,
  batches: readonly Batch[],
  sources: Sources,
): readonly Part[] {
  const dtype = dtypeOf(facts, input);
  const { name } = input;
  return groupByRow(batches).map((group) => {
    const largest = group.reduce((a, b) => ((b.shape[0] ?? 1) > (a.shape[0] ?? 1) ? b : a));
    const file = sources.data?.file ?? fixedFile(name, dtype, largest.shape, sources);
    const source: InputSource = sources.data?.source ?? { kind: 'fixed', sha256: file.sha256 };
    const inputs = group.map(({ batch, shape }): Part['inputs'][number] => {
      return [batch, { name, dtype, shape: [...shape], source }];
    });
    return { file, inputs };
  });
}

/** Shapes that differ at most in their leading dimension stand together. */
function groupByRow(batches: readonly Batch[]): readonly (readonly Batch[])[] {
  const groups = new Map<string, Batch[]>();
  for (const each of batches) {
    const row = `${each.shape.length}:${each.shape.slice(1).join('x')}`;
    groups.set(row, [...(groups.get(row) ?? []), each]);
  }
  return [...groups.values()];
}

function fixedFile(
  input: string,
  dtype: TensorDtype,
  shape: readonly number[],
  { request, array }: Sources,
): StoreFile {
  const elements = shape.reduce((product, dim) => product * dim, 1);
  // A seeded string takes some ten bytes of JSON.
  const sizeBytes = elements * (elementBytes(dtype) || 10);
  if (sizeBytes > MAX_INPUT_BYTES) {
    throw new OrinError({
      code: 'input-mismatch',
      what: `input ${input} is too large`,
      why: `${formatShape(shape)} of ${dtype} takes ${(sizeBytes / 2 ** 30).toFixed(1)} GiB, the limit is 1`,
      next: 'choose a smaller --batch or --shape',
    });
  }
  const { seed, distribution } = request;
  const range = own(request.ranges, input);
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

/** What a record itself holds under a name: an input may well be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function inputNamed(facts: ModelFacts, name: string): TensorFacts {
  const input = facts.inputs.find((known) => known.name === name);
  if (input) return input;
  throw new OrinError({
    code: 'input-mismatch',
    what: `${facts.name} has no input ${name}`,
    why: `its inputs: ${facts.inputs.map((known) => known.name).join(', ') || 'none'}`,
  });
}

function dtypeOf(facts: ModelFacts, input: TensorFacts): TensorDtype {
  const dtype = tensorDtypes.find((known) => known === input.dtype);
  if (dtype) return dtype;
  throw new OrinError({
    code: 'model-unsupported',
    what: `${facts.name} cannot be fed: input ${input.name} is of type ${input.dtype}`,
    why: `ONNX Runtime takes ${tensorDtypes.join(', ')} tensors from Node`,
    next: 'export the model with an input of one of these types, casting inside',
  });
}

function inputForCifar10(
  facts: ModelFacts,
  byBatch: ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>,
  request: InputRequest,
): string {
  const fitting = facts.inputs.filter(({ name, dtype }) => {
    const shapes = [...byBatch.values()].map((shapes) => shapes.get(name) ?? []);
    return dtype === 'float32' && shapes.every(isImageBatch) && !own(request.files, name);
  });
  const [only, another] = fitting;
  if (only && !another) return only.name;
  const inputs = facts.inputs.map(
    ({ name, dtype, shape }) => `${name}: ${dtype} ${shape ? formatShape(shape) : '?'}`,
  );
  throw new OrinError({
    code: 'input-mismatch',
    what: `CIFAR-10 images do not fit ${facts.name}`,
    why: `they need exactly one float32 input of shape Nx3x32x32; inputs are ${inputs.join('; ')}`,
    next: 'leave out --data, or use a model such as resnet34-cifar10',
  });
}

function isImageBatch(shape: readonly number[]): boolean {
  return shape.length === 4 && shape[1] === 3 && shape[2] === 32 && shape[3] === 32;
}
