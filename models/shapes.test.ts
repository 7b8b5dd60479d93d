import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dimension } from './facts.ts';
import { ModelError } from './model-error.ts';
import {
  formatShape,
  hasFreeShapes,
  ownBatch,
  parseShape,
  resolveShapes,
  type ShapeRequest,
} from './shapes.ts';

type Inputs = Readonly<Record<string, readonly Dimension[] | null>>;

function model(inputs: Inputs) {
  const entries = Object.entries(inputs);
  return {
    name: 'm.onnx',
    inputs: entries.map(([name, shape]) => ({ name, dtype: 'float32', shape })),
  };
}

function resolve(inputs: Inputs, request: ShapeRequest = {}) {
  const { batch, shapes } = resolveShapes(model(inputs), request);
  return { batch, ...Object.fromEntries(shapes) };
}

function failure(inputs: Inputs, request: ShapeRequest = {}): ModelError {
  try {
    resolveShapes(model(inputs), request);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a free leading dimension takes the batch size', () => {
  const inputs = { x: ['N', 3, 32, 32], scale: [1], threshold: [] };
  expect(resolve(inputs, { batch: 4 })).toEqual({
    batch: 4,
    x: [4, 3, 32, 32],
    scale: [1],
    threshold: [],
  });
  expect(resolve(inputs)).toMatchObject({ batch: 1, x: [1, 3, 32, 32] });
});

test('other free dimensions are named, with a --shape that works', () => {
  const inputs = { image: ['N', 3, 'H', null], mask: ['N', 1, 'H', 'W'], k: [1] };
  const error = failure(inputs);
  expect(error.code).toBe('free-dimension');
  expect(error.why).toBe('image is Nx3xHx?, free: H, ?; mask is Nx1xHxW, free: H, W');
  expect(error.next).toContain('--shape image=1x3x224x224 --shape mask=1x1x224x224');
  const flags = [...(error.next ?? '').matchAll(/--shape (\S+)/g)].map((m) =>
    parseShape(m[1] ?? ''),
  );
  const overrides = Object.fromEntries(flags.map((flag) => [flag?.name, flag?.shape]));
  expect(resolve(inputs, { overrides, batch: 2 })).toMatchObject({ image: [2, 3, 224, 224] });
});

test('a name that a shell would read is quoted in the advice', () => {
  expect(failure({ "it's $x": ['N', 'T'] }).next).toContain(`--shape 'it'\\''s $x=1x128'`);
});

test('a symbolic name is one number for all inputs', () => {
  const inputs = { ids: ['batch', 'seq'], mask: ['batch', 'seq'], past: [2, 'batch', 'seq'] };
  expect(resolve(inputs, { batch: 3, overrides: { ids: [1, 128] } })).toEqual({
    batch: 3,
    ids: [3, 128],
    mask: [3, 128],
    past: [2, 3, 128],
  });
  const overrides = { ids: [1, 128], mask: [1, 64] };
  expect(failure(inputs, { overrides })).toMatchObject({
    code: 'input-mismatch',
    why: 'seq would be 128 in one place and 64 in another',
  });
});

test('the batch size may come from --shape, but not against --batch', () => {
  const inputs = { x: ['N', 'T'] };
  expect(resolve(inputs, { overrides: { x: [4, 7] } })).toEqual({ batch: 4, x: [4, 7] });
  const error = failure(inputs, { batch: 8, overrides: { x: [4, 7] } });
  expect(error.why).toBe('--shape gives its leading dimension 4, --batch says 8');
});

test('an empty batch is refused, an empty dimension behind it is not', () => {
  const empty = failure({ x: ['N', 'length'] }, { overrides: { x: [0, 4] } });
  expect(empty).toMatchObject({ code: 'input-mismatch', why: expect.stringContaining('empty') });
  expect(resolve({ x: ['N', 'length'] }, { overrides: { x: [2, 0] } })).toMatchObject({
    x: [2, 0],
  });
});

test('a model has a batch size of its own before its other dimensions are chosen', () => {
  expect(ownBatch(model({ x: ['N', 'length', 4] }))).toBe(1);
  expect(ownBatch(model({ x: [8, 'length'] }))).toBe(8);
  expect(ownBatch(model({ x: ['N', 3], y: ['N', 'length'] }), { x: [5, 3] })).toBe(5);
});

test('an input of any name is free until it is chosen', () => {
  const failed = failure({ constructor: null });
  expect(failed.why).toBe('constructor has no declared shape');
});

test('a fixed batch size is kept, and another one refused', () => {
  const inputs = { x: [8, 3], y: [8] };
  expect(resolve(inputs)).toEqual({ batch: 8, x: [8, 3], y: [8] });
  expect(resolve(inputs, { batch: 8 })).toMatchObject({ batch: 8 });
  const error = failure(inputs, { batch: 2 });
  expect(error.code).toBe('input-mismatch');
  expect(error.why).toBe('its leading dimensions are fixed (x: 8, y: 8)');
  expect(error.next).toContain('--batch 8');
});

test('an override may not contradict the model', () => {
  const inputs = { x: ['N', 3, 'H'] };
  const refuse = (x: readonly number[]) => failure(inputs, { overrides: { x } }).why;
  expect(refuse([1, 4, 9])).toBe('the model declares Nx3xH, --shape says 1x4x9');
  expect(refuse([1, 3])).toBe('the model declares Nx3xH, --shape says 1x3');
  expect(refuse([1, 3, -9])).toBe('1x3x-9 is no shape');
  expect(failure(inputs, { overrides: { y: [1] } })).toMatchObject({ next: 'its inputs: x' });
});

test('an input of unknown rank needs its whole shape', () => {
  expect(failure({ x: null }).why).toBe('x has no declared shape');
  expect(resolve({ x: null }, { overrides: { x: [2, 5] } })).toEqual({ batch: 1, x: [2, 5] });
});

test('--shape is read back from what is written', () => {
  const shapes = fc.array(fc.nat(1e9), { minLength: 1, maxLength: 6 });
  const names = fc.string({ minLength: 1 }).filter((name) => name.trim() === name);
  fc.assert(
    fc.property(names, shapes, (name, shape) => {
      expect(parseShape(`${name}=${formatShape(shape)}`)).toEqual({ name, shape });
    }),
  );
  for (const text of ['', 'x', 'x=', '=1x2', 'x=1x', 'x=1.5', 'x=-1']) {
    expect(parseShape(text)).toBeUndefined();
  }
});

test('whatever is resolved fits what the model declares', () => {
  const dimension = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom('N', 'T', 'H'));
  const inputs = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.array(dimension, { maxLength: 4 }),
  );
  fc.assert(
    fc.property(
      inputs,
      fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      (given, batch) => {
        let resolved: ReturnType<typeof resolveShapes>;
        try {
          resolved = resolveShapes(model(given), { batch });
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError);
          return;
        }
        for (const [name, declared] of Object.entries(given)) {
          const shape = resolved.shapes.get(name) ?? [];
          expect(shape).toHaveLength(declared.length);
          declared.forEach((dim, axis) => {
            expect(shape[axis]).toBe(typeof dim === 'number' ? dim : resolved.symbols.get(dim));
          });
        }
      },
    ),
  );
});

test('shapes are free where a dimension has no number, or nothing is known of them', () => {
  expect(hasFreeShapes(model({ x: [1, 3], y: [] }))).toBe(false);
  for (const free of [['N', 3], [1, null], null]) {
    expect(hasFreeShapes(model({ x: [1, 3], y: free }))).toBe(true);
  }
});
