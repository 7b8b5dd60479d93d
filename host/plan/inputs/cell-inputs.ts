import type { Cell, CellInput, InputSource } from '../../../agent/contract/plan.ts';
import { findBatch } from '../../../models/batch.ts';
import type { ModelFacts, TensorFacts } from '../../../models/facts.ts';
import type { AskedShape } from '../../../models/shape-text.ts';
import { type ResolvedShapes, resolveShapes } from '../../../models/shapes.ts';
import { OrinError } from '../../errors.ts';
import type { StoreFile } from '../../store/push/store-file.ts';
import { withOrinErrors } from './as-orin-error.ts';
import { type Cifar10Data, openCifar10 } from './cifar10.ts';
import { inputForCifar10 } from './cifar10-input.ts';
import type { DataSet } from './data-set.ts';
import { dtypeOf, requireFeedable } from './feedable.ts';
import { valuesFile } from './input-file.ts';
import { inputNotes } from './input-notes.ts';
import type { InputRange } from './input-range.ts';
import { type NpyArray, readNpy } from './npy.ts';
import { shapesFromFiles } from './npy-input.ts';
import type { Distribution } from './seeded.ts';

/** What to feed a model. Records are by input name. */
export interface InputRequest {
  /** `--batch`; null: what the model or the shapes say, else 1. */
  readonly batches: readonly number[] | null;
  /** `--batch-axis`; empty: what the model says. */
  readonly batchAxes: readonly string[];
  /** `--shape` */
  readonly shapes: Readonly<Record<string, AskedShape>>;
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

export interface PreparedInputs {
  /** Inputs in the model's order, by the size of the batch; under null where the model has none. */
  readonly byBatch: ReadonlyMap<number | null, readonly CellInput[]>;
  readonly batchFrom: Cell['batchFrom'];
  /** What the board needs for them. */
  readonly files: readonly StoreFile[];
  /** What a person should know of them. */
  readonly notes: readonly string[];
}

/**
 * Makes or reads the values of every input for every batch size. Batches that differ only in their
 * leading dimension share one file, so that the first rows are the same everywhere.
 * @throws OrinError `model-unsupported` before all else, `free-dimension`, `input-mismatch` or
 *   `data-unreadable`
 */
export async function prepareInputs(
  model: { readonly facts: ModelFacts },
  request: InputRequest,
): Promise<PreparedInputs> {
  const { facts } = model;
  requireFeedable(facts);
  for (const name of [...Object.keys(request.files), ...Object.keys(request.ranges)]) {
    requireInput(facts, name);
  }
  requireSeeded(request, Object.keys(request.files), 'a file');
  const arrays = await readArrays(request);
  const resolved = await withOrinErrors(() => resolveAll(facts, arrays, request));
  const cifar10 = request.data ? await openCifar10(request.data.path, request.signal) : null;
  const cifar10Input = cifar10 && inputForCifar10(facts, resolved, cifar10, new Set(arrays.keys()));
  if (cifar10Input !== null) requireSeeded(request, [cifar10Input], '--data');
  const files = new Map<string, StoreFile>();
  const prepared = new Map<number | null, CellInput[]>(resolved.map((each) => [keyOf(each), []]));
  for (const input of facts.inputs) {
    const data = input.name === cifar10Input ? cifar10 : null;
    const sources = { request, data, array: arrays.get(input.name) };
    for (const part of partsOf(input, resolved, sources)) {
      files.set(part.file.sha256, part.file);
      for (const [batch, cellInput] of part.inputs) prepared.get(batch)?.push(cellInput);
    }
  }
  const batch = resolved[0]?.batch;
  return {
    byBatch: prepared,
    batchFrom: batch ? { rule: batch.from, dimension: batch.dimension } : undefined,
    files: [...files.values()],
    notes: inputNotes(prepared, request),
  };
}

/** One resolution for each batch size that was asked for. */
function resolveAll(
  facts: ModelFacts,
  arrays: ReadonlyMap<string, NpyArray>,
  { batches, batchAxes, shapes }: InputRequest,
): readonly ResolvedShapes[] {
  const askedBatch = batches === null ? [] : (findBatch(facts, batchAxes)?.places ?? []);
  const overrides = { ...shapes, ...shapesFromFiles(facts, arrays, { shapes, askedBatch }) };
  return (batches ?? [undefined]).map((batch) =>
    resolveShapes(facts, { batch, batchAxes, overrides }),
  );
}

function keyOf({ batch }: ResolvedShapes): number | null {
  return batch?.size ?? null;
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

interface Sources {
  readonly request: InputRequest;
  readonly data: Cifar10Data | null;
  readonly array: NpyArray | undefined;
}

/** One store file and the batches that read a prefix of it. */
interface Part {
  readonly file: StoreFile;
  readonly inputs: readonly (readonly [batch: number | null, input: CellInput])[];
}

interface Shaped {
  readonly batch: number | null;
  readonly shape: readonly number[];
}

function partsOf(
  input: TensorFacts,
  resolved: readonly ResolvedShapes[],
  { request, data, array }: Sources,
): readonly Part[] {
  const { name } = input;
  const dtype = dtypeOf(input);
  const range = Object.hasOwn(request.ranges, name) ? request.ranges[name] : undefined;
  const { seed, distribution } = request;
  const shaped = resolved.map((each) => ({
    batch: keyOf(each),
    shape: each.shapes.get(name) ?? [],
  }));
  return groupByRow(shaped).map((group) => {
    const largest = group.reduce((a, b) => ((b.shape[0] ?? 1) > (a.shape[0] ?? 1) ? b : a));
    const values = { array, seed, distribution, range };
    const file = data?.file ?? valuesFile(name, dtype, largest.shape, values);
    const source: InputSource = data?.source ?? { kind: 'fixed', sha256: file.sha256 };
    const inputs = group.map(({ batch, shape }): Part['inputs'][number] => {
      const rows = array?.shape[0];
      const isCut = rows !== undefined && rows !== shape[0];
      const rowsGiven = isCut ? { rowsGiven: rows } : {};
      return [batch, { name, dtype, shape: [...shape], source, ...rowsGiven }];
    });
    return { file, inputs };
  });
}

/** Shapes that differ at most in their leading dimension stand together. */
function groupByRow(shaped: readonly Shaped[]): readonly (readonly Shaped[])[] {
  const groups = new Map<string, Shaped[]>();
  for (const each of shaped) {
    const row = `${each.shape.length}:${each.shape.slice(1).join('x')}`;
    groups.set(row, [...(groups.get(row) ?? []), each]);
  }
  return [...groups.values()];
}

function requireInput(facts: ModelFacts, name: string): void {
  if (facts.inputs.some((known) => known.name === name)) return;
  throw new OrinError({
    code: 'input-mismatch',
    what: `${facts.name} has no input ${name}`,
    why: `its inputs: ${facts.inputs.map((known) => known.name).join(', ') || 'none'}`,
  });
}
