import { isFree, isUnnamed, meaningOf } from './dimension-names.ts';
import type { BatchOrigin, Dimension, ModelFacts, TensorFacts } from './facts.ts';
import { ModelError } from './model-error.ts';
import { formatShape } from './shape-text.ts';

/** A dimension of an input. */
export interface Place {
  readonly input: string;
  readonly axis: number;
}

/** Where the items of one inference are counted. */
export interface BatchDimension {
  readonly from: BatchOrigin;
  /** Its symbolic name, or input and axis: `batch_size`, `image:0`. */
  readonly name: string;
  /** Everywhere that it stands, symbolic names followed. */
  readonly places: readonly Place[];
}

export type BatchModel = Pick<ModelFacts, 'name' | 'inputs' | 'outputs'>;

/** The rank from which a fixed leading dimension speaks for a batch: [8, 3, 224, 224]. */
const IMAGE_RANK = 4;

/**
 * The batch dimension of a model, null where there is none or where it is in doubt.
 * @param said values of `--batch-axis`: symbolic names and `input:axis`, or `none`; none of them
 *   leaves it to the model.
 * @throws ModelError `input-mismatch` for a value that is no dimension of an input.
 */
export function findBatch(
  model: BatchModel,
  said: readonly string[] | undefined,
): BatchDimension | null {
  if (said !== undefined && said.length > 0) return saidBatch(model, said);
  return namedBatch(model) ?? sharedBatch(model) ?? fixedBatch(model);
}

/** Names that say batch, where they are too many to tell which one is meant. */
export function rivalBatches(model: Pick<BatchModel, 'inputs'>): readonly string[] {
  const names = batchNames(model);
  return names.length > 1 ? names : [];
}

function saidBatch(model: BatchModel, said: readonly string[]): BatchDimension | null {
  if (said.includes('none')) {
    if (said.length === 1) return null;
    throw unusable(
      model,
      said.join(', '),
      'none excludes the others',
      'give --batch-axis none alone',
    );
  }
  const places = said.flatMap((each) => placesNamed(model, each));
  return { from: 'option', name: said.join(', '), places: distinct(places) };
}

function placesNamed(model: BatchModel, name: string): readonly Place[] {
  const named = placesOf(model, (dimension) => dimension === name);
  if (named.length > 0) return named;
  const [, input = '', digits = ''] = /^(.+):(\d{1,2})$/su.exec(name) ?? [];
  const axis = Number(digits);
  const found = model.inputs.find((each) => each.name === input);
  const dimension = found?.shape?.[axis];
  // Nothing is known of the rank, or it reaches so far.
  if (found && (found.shape === null || dimension !== undefined)) {
    return typeof dimension === 'string'
      ? placesOf(model, (other) => other === dimension)
      : [{ input, axis }];
  }
  const inputs = model.inputs.map((each) => `${each.name} ${formatShape(each.shape ?? [])}`);
  const why = `its inputs are ${inputs.join('; ') || 'none'}`;
  const next =
    'give the name of a free dimension, or an input and an axis from 0: --batch-axis x:0';
  throw unusable(model, name, why, next);
}

function unusable(model: BatchModel, value: string, why: string, next: string): ModelError {
  const what = `--batch-axis ${value} is no dimension of ${model.name}`;
  return new ModelError({ code: 'input-mismatch', what, why, next });
}

function namedBatch(model: BatchModel): BatchDimension | null {
  const [name, another] = batchNames(model);
  if (name === undefined || another !== undefined) return null;
  return { from: 'named', name, places: placesOf(model, (dimension) => dimension === name) };
}

/** Words say batch wherever they stand, a letter only where it leads; words speak louder. */
function batchNames({ inputs }: Pick<BatchModel, 'inputs'>): readonly string[] {
  const named = inputs.flatMap(({ shape }) => shape ?? []).filter((each) => isNamed(each, 'batch'));
  if (named.length > 0) return [...new Set(named)];
  // A letter on a vector alone may count anything.
  const leading = inputs.flatMap(({ shape }) =>
    shape && shape.length > 1 ? shape.slice(0, 1) : [],
  );
  return [...new Set(leading.filter((each) => isNamed(each, 'letter')))];
}

function isNamed(dimension: Dimension, meaning: 'batch' | 'letter'): dimension is string {
  return typeof dimension === 'string' && meaningOf(dimension) === meaning;
}

/**
 * A free leading dimension that all inputs and all outputs that are tensors have: by one name, or
 * by none at all.
 */
function sharedBatch(model: BatchModel): BatchDimension | null {
  const inputs = model.inputs.filter((input) => !isParameter(input));
  if (inputs.some(({ shape }) => shape === null || shape.length < 2)) return null;
  // Of a sequence or a map nothing is known that could speak against it.
  const outputs = model.outputs.filter(({ dtype }) => !/^(sequence|map|optional)$/.test(dtype));
  const leading = [...inputs, ...outputs].map(({ shape }) => shape?.[0]);
  const [first] = leading;
  const places = inputs.map(({ name }) => ({ input: name, axis: 0 }));
  if (inputs.length === 0 || outputs.length === 0) return null;
  if (leading.every(isUnnamed) && inputs.every(leadsByItself)) {
    return { from: 'shared', name: `${inputs[0]?.name}:0`, places };
  }
  const isOne = typeof first === 'string' && leading.every((dimension) => dimension === first);
  if (!isOne || meaningOf(first) === 'other') return null;
  return { from: 'shared', name: first, places: placesOf(model, (each) => each === first) };
}

/** Without a name it is a batch where nothing else is free, or where the rank is that of images. */
function leadsByItself({ shape }: TensorFacts): boolean {
  return shape !== null && (shape.length >= IMAGE_RANK || !shape.slice(1).some(isFree));
}

/** A fixed leading dimension that all inputs and outputs have. A batch of one is in no doubt. */
function fixedBatch(model: BatchModel): BatchDimension | null {
  const inputs = model.inputs.filter((input) => !isParameter(input));
  const size = inputs[0]?.shape?.[0];
  if (typeof size !== 'number' || model.outputs.length === 0) return null;
  const isShared = [...inputs, ...model.outputs].every(({ shape }) => shape?.[0] === size);
  const isImage = inputs.every(({ shape }) => (shape?.length ?? 0) >= IMAGE_RANK);
  if (!isShared || (size > 1 && !isImage)) return null;
  const places = inputs.map(({ name }) => ({ input: name, axis: 0 }));
  return { from: 'fixed', name: `${inputs[0]?.name}:0`, places };
}

/** A scalar or a vector of fixed length beside the data: a threshold, a scale, anchors. */
function isParameter({ shape }: TensorFacts): boolean {
  return shape !== null && (shape.length === 0 || (shape.length === 1 && !shape.some(isFree)));
}

function placesOf(
  { inputs }: Pick<BatchModel, 'inputs'>,
  isWanted: (dimension: Dimension) => boolean,
): Place[] {
  return inputs.flatMap(({ name, shape }) =>
    (shape ?? []).flatMap((dimension, axis) =>
      isWanted(dimension) ? [{ input: name, axis }] : [],
    ),
  );
}

function distinct(places: readonly Place[]): readonly Place[] {
  const byKey = new Map(places.map((place) => [JSON.stringify([place.input, place.axis]), place]));
  return [...byKey.values()];
}
