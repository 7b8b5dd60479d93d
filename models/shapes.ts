import { type BatchDimension, type BatchModel, findBatch } from './batch.ts';
import { isFree } from './dimension-names.ts';
import type { Dimension, ModelFacts, ResolvedBatch } from './facts.ts';
import { FreeDimensions } from './free-dimensions.ts';
import { refusedBatch, shapeMismatch } from './shape-refusals.ts';
import { type AskedShape, formatShape } from './shape-text.ts';

export interface ShapeRequest {
  /** `--batch`; undefined takes what the model or the overrides say, else 1. */
  readonly batch?: number | undefined;
  /** `--shape` by input name. */
  readonly overrides?: Readonly<Record<string, AskedShape>> | undefined;
  /** `--batch-axis`; undefined or empty leaves it to the model. */
  readonly batchAxes?: readonly string[] | undefined;
}

export interface ResolvedShapes {
  /** Null where the model has no batch, as far as is known: an inference is then one item. */
  readonly batch: ResolvedBatch | null;
  /** By input name, in the model's order. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** What every symbolic dimension turned out to be. */
  readonly symbols: ReadonlyMap<string, number>;
}

/** By name. A Map, because an input may well be called `constructor`. */
type Overrides = ReadonlyMap<string, AskedShape>;

/**
 * Gives every input dimension a number: the model's own; that of an override, exactly; the batch
 * size where the batch stands. One symbolic name is one number. What is open then is in the error.
 * @throws ModelError `free-dimension` with shapes to choose, or `input-mismatch` for a
 *   contradiction.
 */
export function resolveShapes(model: BatchModel, request: ShapeRequest = {}): ResolvedShapes {
  const overrides = new Map(Object.entries(request.overrides ?? {}));
  for (const [name, shape] of overrides) checkOverride(model, name, shape);
  const found = findBatch(model, request.batchAxes);
  const batch = found === null ? null : sizedBatch(model, found, { request, overrides });
  if (batch === null) refuseBatchOfNone(model, request, overrides);
  const given = model.inputs.map((input) => {
    const override = overrides.get(input.name);
    const asked = (input.shape ?? override ?? []).map((dimension, axis) =>
      isFree(dimension) ? (override?.[axis] ?? dimension) : dimension,
    );
    const isUnknown = input.shape === null && override === undefined;
    return { input, isUnknown, shape: withBatch(input.name, asked, found, batch) };
  });
  const symbols = new Map<string, number>();
  for (const { input, shape } of given) bindSymbols(model, input, shape, symbols);
  const settled = given.map((each) => ({
    ...each,
    shape: each.shape.map((dim) => (typeof dim === 'string' ? (symbols.get(dim) ?? dim) : dim)),
  }));
  if (settled.some(({ shape, isUnknown }) => isUnknown || shape.some(isFree))) {
    throw new FreeDimensions(model, settled, batch === null ? [] : (found?.places ?? []));
  }
  const shapes = new Map(
    settled.map(({ input, shape }) => [input.name, shape.filter((dim) => typeof dim === 'number')]),
  );
  return { batch, shapes, symbols };
}

/** Items of one inference. */
export function itemsOf({ batch }: Pick<ResolvedShapes, 'batch'>): number {
  return batch?.size ?? 1;
}

/**
 * Whether a dimension of an input, or all of them, is not in the model: whoever runs it must say
 * what it is.
 */
export function hasFreeShapes({ inputs }: Pick<ModelFacts, 'inputs'>): boolean {
  return inputs.some(({ shape }) => shape === null || shape.some(isFree));
}

function checkOverride(model: BatchModel, name: string, shape: AskedShape): void {
  const input = model.inputs.find((known) => known.name === name);
  if (!input) {
    const names = model.inputs.map((known) => known.name).join(', ') || 'none';
    throw shapeMismatch(model, name, 'the model has no such input', `its inputs: ${names}`);
  }
  const isValid = shape.every((dim) => dim === null || (Number.isSafeInteger(dim) && dim >= 0));
  if (!isValid) {
    const why = `${formatShape(shape)} is no shape`;
    throw shapeMismatch(model, name, why, 'give whole numbers, or N for the batch');
  }
  if (!input.shape) return;
  const isContradiction =
    shape.length !== input.shape.length ||
    input.shape.some((dim, axis) => !isFree(dim) && shape[axis] !== null && dim !== shape[axis]);
  if (isContradiction) {
    const why = `the model declares ${formatShape(input.shape)}, asked for is ${askedText(shape)}`;
    const next = 'only free dimensions, shown by name or ?, can be chosen';
    throw shapeMismatch(model, name, why, next);
  }
}

function askedText(shape: AskedShape): string {
  return formatShape(shape.map((dim) => dim ?? 'N'));
}

interface Asked {
  readonly request: ShapeRequest;
  readonly overrides: Overrides;
}

/**
 * The size of the batch where one was found; null where shapes that were asked for give a dimension
 * without a name several sizes, so that it is no batch after all.
 */
function sizedBatch(
  model: BatchModel,
  found: BatchDimension,
  { request, overrides }: Asked,
): ResolvedBatch | null {
  const given = found.places.flatMap(({ input, axis }) => {
    const declared = model.inputs.find(({ name }) => name === input)?.shape?.[axis];
    const size = typeof declared === 'number' ? declared : overrides.get(input)?.[axis];
    return typeof size === 'number' ? [{ input, size, isFixed: size === declared }] : [];
  });
  const [first] = given;
  const other = given.find(({ size }) => size !== first?.size);
  if (first && other) {
    if (found.from === 'shared' && request.batch === undefined) return null;
    throw shapeMismatch(
      model,
      other.input,
      `${found.name} would be ${first.size} in one place and ${other.size} in another`,
      `give ${found.name} the same value everywhere, or say what the batch is: --batch-axis NAME or none`,
    );
  }
  const beyond = found.places.find(
    ({ input, axis }) => axis >= (overrides.get(input)?.length ?? Number.POSITIVE_INFINITY),
  );
  if (beyond) {
    const why = `--batch-axis says axis ${beyond.axis}, the shape has fewer`;
    throw shapeMismatch(model, beyond.input, why, 'axes count from 0');
  }
  const { batch: asked } = request;
  if (first && asked !== undefined && asked !== first.size) {
    throw refusedBatch(model, asked, {
      why: first.isFixed
        ? `its batch dimension ${found.name} is fixed to ${first.size}`
        : `the shape of ${first.input} gives its batch dimension ${found.name} the size ${first.size}`,
      next: first.isFixed
        ? `use --batch ${first.size}, or export the model with a free batch dimension`
        : `write N for the batch in --shape ${first.input}=…, or leave --batch out`,
    });
  }
  const size = asked ?? first?.size ?? 1;
  if (size === 0) {
    const why = `${found.name} is its batch, and an empty batch is no work`;
    throw shapeMismatch(model, first?.input ?? '', why, 'give it a size of at least 1');
  }
  return { size, from: found.from, dimension: found.name };
}

/**
 * Without a batch a size of one is what there is; another cannot be had, and N stands for nothing.
 */
function refuseBatchOfNone(model: BatchModel, request: ShapeRequest, overrides: Overrides): void {
  const { batch: asked } = request;
  if (asked !== undefined && asked !== 1) throw refusedBatch(model, asked);
  const open = [...overrides].find(([, shape]) => shape.includes(null));
  if (open === undefined) return;
  const why = `N stands for the batch, and none of its dimensions is known to be one`;
  throw shapeMismatch(
    model,
    open[0],
    why,
    'give a number, or say what the batch is: --batch-axis NAME',
  );
}

function withBatch(
  name: string,
  shape: readonly Dimension[],
  found: BatchDimension | null,
  batch: ResolvedBatch | null,
): readonly Dimension[] {
  if (found === null || batch === null) return shape;
  const axes = found.places.flatMap((place) => (place.input === name ? [place.axis] : []));
  return shape.map((dim, axis) => (isFree(dim) && axes.includes(axis) ? batch.size : dim));
}

function bindSymbols(
  model: BatchModel,
  input: BatchModel['inputs'][number],
  shape: readonly Dimension[],
  symbols: Map<string, number>,
): void {
  for (const [axis, symbol] of (input.shape ?? []).entries()) {
    const value = shape[axis];
    if (typeof symbol !== 'string' || typeof value !== 'number') continue;
    const known = symbols.get(symbol);
    if (known !== undefined && known !== value) {
      const why = `${symbol} would be ${known} in one place and ${value} in another`;
      throw shapeMismatch(model, input.name, why, `give ${symbol} the same value everywhere`);
    }
    symbols.set(symbol, value);
  }
}
