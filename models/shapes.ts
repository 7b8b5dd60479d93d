import type { Dimension, ModelFacts, TensorFacts } from './facts.ts';
import { ModelError } from './model-error.ts';

export interface ShapeRequest {
  /** Asked for by the person; undefined takes what the model or the overrides say, else 1. */
  readonly batch?: number | undefined;
  /** `--shape name=1x3x224x224`, by input name. */
  readonly overrides?: Readonly<Record<string, readonly number[]>> | undefined;
}

export interface ResolvedShapes {
  readonly batch: number;
  /** By input name, in the model's order. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** What every symbolic dimension turned out to be. */
  readonly symbols: ReadonlyMap<string, number>;
}

type Shaped = Pick<ModelFacts, 'name' | 'inputs'>;

/**
 * Gives every input dimension a number. A leading dimension that the model leaves free takes the batch
 * size; any other free dimension must be in `overrides`, once for all inputs that share its symbolic name.
 * In an override of a free leading dimension, 1 stands for the batch size whatever that is.
 * Throws ModelError `free-dimension` with a ready `--shape`, or `input-mismatch` for a contradiction.
 */
export function resolveShapes(model: Shaped, request: ShapeRequest = {}): ResolvedShapes {
  // A Map, because an input may well be called `constructor`.
  const overrides = new Map(Object.entries(request.overrides ?? {}));
  for (const [name, shape] of overrides) checkOverride(model, name, shape);
  const batch = batchOf(model, request.batch, overrides);
  const symbols = new Map<string, number>();
  const bound = model.inputs.map((input) => {
    const given = overrides.get(input.name);
    const shape = (input.shape ?? given ?? []).map((dimension, axis) => {
      if (axis === 0 && isFree(dimension) && input.shape) return batch;
      return isFree(dimension) ? (given?.[axis] ?? dimension) : dimension;
    });
    bindSymbols(model, input, shape, symbols);
    return { input, shape, isUnknown: input.shape === null && given === undefined };
  });
  const settled = bound.map(({ input, shape, isUnknown }) => ({
    input,
    isUnknown,
    shape: shape.map((dim) => (typeof dim === 'string' ? (symbols.get(dim) ?? dim) : dim)),
  }));
  const unsettled = settled.filter(({ shape, isUnknown }) => isUnknown || shape.some(isFree));
  if (unsettled.length > 0) throw freeDimensions(model, unsettled);
  const shapes = new Map(
    settled.map(({ input, shape }) => [input.name, shape.filter((dim) => typeof dim === 'number')]),
  );
  return { batch, shapes, symbols };
}

/**
 * The batch size that the model or an override of its free leading dimension gives, 1 where both leave it open; what
 * else is open does not matter.
 * Throws ModelError `input-mismatch` for an override that contradicts the model.
 */
export function ownBatch(
  model: Shaped,
  overrides: Readonly<Record<string, readonly number[]>> = {},
): number {
  const checked = new Map(Object.entries(overrides));
  for (const [name, shape] of checked) checkOverride(model, name, shape);
  return batchOf(model, undefined, checked);
}

/** Whether a dimension of an input, or all of them, is not in the model: whoever runs it must say what it is. */
export function hasFreeShapes({ inputs }: Pick<ModelFacts, 'inputs'>): boolean {
  return inputs.some(({ shape }) => shape === null || shape.some(isFree));
}

/**
 * Reads the value of a `--shape` flag, `name=1x3x224x224`; names may contain `=` and `:`, dimensions are
 * decimal. Undefined where it is none.
 */
export function parseShape(
  text: string,
): { readonly name: string; readonly shape: readonly number[] } | undefined {
  const match = /^(.+)=(\d{1,10}(?:x\d{1,10})*)$/u.exec(text.trim());
  if (!match?.[1] || !match[2]) return undefined;
  return { name: match[1], shape: match[2].split('x').map(Number) };
}

/** `1x3xHxW`; `?` where a dimension has no name. */
export function formatShape(shape: readonly Dimension[]): string {
  return shape.length === 0 ? 'scalar' : shape.map((dim) => dim ?? '?').join('x');
}

function isFree(dimension: Dimension): dimension is string | null {
  return typeof dimension !== 'number';
}

function mismatch(model: Shaped, input: string, why: string, next: string): ModelError {
  return new ModelError({
    code: 'input-mismatch',
    what: `the shape asked for input ${input} does not fit ${model.name}`,
    why,
    next,
  });
}

function checkOverride(model: Shaped, name: string, shape: readonly number[]): void {
  const input = model.inputs.find((known) => known.name === name);
  if (!input) {
    const names = model.inputs.map((known) => known.name).join(', ') || 'none';
    throw mismatch(model, name, 'the model has no such input', `its inputs: ${names}`);
  }
  const isValid = shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
  if (!isValid) {
    throw mismatch(model, name, `${formatShape(shape)} is no shape`, 'give whole numbers');
  }
  if (!input.shape) return;
  const declared = formatShape(input.shape);
  const isContradiction =
    shape.length !== input.shape.length ||
    input.shape.some((dim, axis) => !isFree(dim) && dim !== shape[axis]);
  if (isContradiction) {
    const why = `the model declares ${declared}, --shape says ${formatShape(shape)}`;
    throw mismatch(model, name, why, 'only free dimensions, shown by name or ?, can be chosen');
  }
}

function batchOf(
  model: Shaped,
  asked: number | undefined,
  overrides: ReadonlyMap<string, readonly number[]>,
): number {
  const leading = model.inputs.flatMap((input) =>
    input.shape?.[0] === undefined
      ? []
      : [{ name: input.name, declared: input.shape[0], given: overrides.get(input.name)?.[0] }],
  );
  const free = leading.filter(({ declared }) => isFree(declared));
  const given = free.find((input) => input.given !== undefined && input.given !== 1);
  if (free.length > 0) {
    if (given?.given === 0) {
      const why = 'its leading dimension is the batch size, and an empty batch is no work';
      throw mismatch(model, given.name, why, 'give it a leading dimension of at least 1');
    }
    if (given?.given !== undefined && asked !== undefined && asked !== given.given) {
      const why = `--shape gives its leading dimension ${given.given}, --batch says ${asked}`;
      throw mismatch(model, given.name, why, 'leave one of the two out');
    }
    return asked ?? given?.given ?? 1;
  }
  const fixed = leading.map(({ declared }) => declared);
  const own = fixed.find((dim) => typeof dim === 'number') ?? 1;
  const isOne = fixed.every((dim) => dim === own);
  if (asked === undefined) return isOne ? own : 1;
  if (leading.length > 0 && !fixed.includes(asked)) {
    const sizes = leading.map(({ name, declared }) => `${name}: ${declared}`).join(', ');
    throw new ModelError({
      code: 'input-mismatch',
      what: `${model.name} cannot run with batch size ${asked}`,
      why: `its leading dimensions are fixed (${sizes})`,
      next: `use --batch ${own}, or export the model with a free batch dimension`,
    });
  }
  return asked;
}

function bindSymbols(
  model: Shaped,
  input: TensorFacts,
  shape: readonly Dimension[],
  symbols: Map<string, number>,
): void {
  for (const [axis, symbol] of (input.shape ?? []).entries()) {
    const value = shape[axis];
    if (typeof symbol !== 'string' || typeof value !== 'number') continue;
    const known = symbols.get(symbol);
    if (known !== undefined && known !== value) {
      const why = `${symbol} would be ${known} in one place and ${value} in another`;
      throw mismatch(model, input.name, why, `give ${symbol} the same value everywhere`);
    }
    symbols.set(symbol, value);
  }
}

interface Unsettled {
  readonly input: TensorFacts;
  readonly shape: readonly Dimension[];
  readonly isUnknown: boolean;
}

function freeDimensions(model: Shaped, unsettled: readonly Unsettled[]): ModelError {
  const names = unsettled.map(({ input, shape, isUnknown }) => {
    if (isUnknown) return `${input.name} has no declared shape`;
    const free = shape.filter(isFree).map((dim) => dim ?? '?');
    return `${input.name} is ${formatShape(input.shape ?? [])}, free: ${free.join(', ')}`;
  });
  const flags = unsettled.map(({ input, shape, isUnknown }) => {
    const example = isUnknown ? [1] : exampleShape(shape);
    return `--shape ${quoted(`${input.name}=${formatShape(example)}`)}`;
  });
  return new ModelError({
    code: 'free-dimension',
    what: `${model.name} leaves dimensions open that are not the batch size`,
    why: names.join('; '),
    next: `choose them, for example ${flags.join(' ')}`,
  });
}

/** 224 for a side of an image, 128 for anything else: a starting point that can be pasted. */
function exampleShape(shape: readonly Dimension[]): readonly number[] {
  const side = shape.length === 4 ? 224 : 128;
  return shape.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    return axis === 0 ? 1 : side;
  });
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
