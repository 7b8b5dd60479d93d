import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dimension } from './facts.ts';
import { FreeDimensions } from './free-dimensions.ts';
import { ModelError } from './model-error.ts';
import { formatShape, parseShape } from './shape-text.ts';
import { hasFreeShapes, itemsOf, resolveShapes, type ShapeRequest } from './shapes.ts';

type Tensors = Readonly<Record<string, readonly Dimension[] | null>>;

function model(inputs: Tensors, outputs: Tensors = { out: null }) {
  const tensors = (of: Tensors) =>
    Object.entries(of).map(([name, shape]) => ({ name, dtype: 'float32', shape }));
  return { name: 'm.onnx', inputs: tensors(inputs), outputs: tensors(outputs) };
}

/** The items of an inference, and the shapes. */
function resolve(inputs: Tensors, request: ShapeRequest = {}, outputs?: Tensors) {
  const resolved = resolveShapes(model(inputs, outputs), request);
  return { items: itemsOf(resolved), ...Object.fromEntries(resolved.shapes) };
}

function failure(inputs: Tensors, request: ShapeRequest = {}, outputs?: Tensors): ModelError {
  try {
    resolveShapes(model(inputs, outputs), request);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a free batch dimension takes the batch size', () => {
  const inputs = { x: ['N', 3, 32, 32], scale: [1], threshold: [] };
  expect(resolve(inputs, { batch: 4 })).toEqual({
    items: 4,
    x: [4, 3, 32, 32],
    scale: [1],
    threshold: [],
  });
  expect(resolve(inputs)).toMatchObject({ items: 1, x: [1, 3, 32, 32] });
});

test('shapes that were asked for are those that run, whatever other inputs have', () => {
  const clip = {
    input_ids: ['text_batch_size', 'sequence_length'],
    pixel_values: ['image_batch_size', 'num_channels', 'height', 'width'],
  };
  const overrides = { input_ids: [10, 77], pixel_values: [2, 3, 32, 32] };
  expect(resolve(clip, { overrides })).toEqual({ items: 1, ...overrides });
  expect(resolve(clip, { overrides, batchAxes: ['image_batch_size'] })).toMatchObject({ items: 2 });
  const graph = { x: ['num_nodes', 8], idx: ['num_edges'] };
  expect(resolve(graph, { overrides: { x: [5, 8], idx: [20] } }, { y: ['num_edges', 8] })).toEqual({
    items: 1,
    x: [5, 8],
    idx: [20],
  });
  const rivals = failure(clip, { batch: 4, overrides });
  expect(rivals.why).toBe(
    'it names several dimensions as a batch: text_batch_size, image_batch_size',
  );
  expect(rivals.next).toContain('--batch-axis');
});

test('other free dimensions are named, with a --shape that fits', () => {
  const inputs = { image: ['N', 3, 'H', null], mask: ['N', 1, 'H', 'W'], k: [1] };
  const error = failure(inputs);
  expect(error.code).toBe('free-dimension');
  expect(error.why).toBe('image is Nx3xHx?, free: H, ?; mask is Nx1xHxW, free: H, W');
  expect(error.next).toContain('--shape image=Nx3x224x224 --shape mask=Nx1x224x224');
  const flags = [...(error.next ?? '').matchAll(/--shape (\S+)/g)].map((m) =>
    parseShape(m[1] ?? ''),
  );
  const overrides = Object.fromEntries(
    flags.flatMap((flag) => (flag ? [[flag.name, flag.shape] as const] : [])),
  );
  expect(resolve(inputs, { overrides, batch: 2 })).toMatchObject({ image: [2, 3, 224, 224] });
  expect(resolve(inputs, { overrides })).toMatchObject({ image: [1, 3, 224, 224] });
});

test('a free dimension that is the only one of its input is asked for', () => {
  const error = failure({ waveform: ['num_samples'] }, {}, { y: ['num_samples'] });
  expect(error.next).toContain('--shape waveform=16000');
  const given = { overrides: { waveform: [15_600] } };
  expect(resolve({ waveform: ['num_samples'] }, given, { y: ['num_samples'] })).toEqual({
    items: 1,
    waveform: [15_600],
  });
});

test('a name that a shell would read is quoted in the advice', () => {
  expect(failure({ "it's $x": ['N', 'T'] }).next).toContain(`--shape 'it'\\''s $x=Nx128'`);
});

test('a symbolic name is one number for all inputs', () => {
  const inputs = { ids: ['batch', 'seq'], mask: ['batch', 'seq'], past: [2, 'batch', 'seq'] };
  expect(resolve(inputs, { batch: 3, overrides: { ids: [null, 128] } })).toEqual({
    items: 3,
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
  expect(resolve(inputs, { overrides: { x: [4, 7] } })).toEqual({ items: 4, x: [4, 7] });
  for (const leading of [4, 1]) {
    const error = failure(inputs, { batch: 8, overrides: { x: [leading, 7] } });
    expect(error.why).toBe(`the shape of x gives its batch dimension N the size ${leading}`);
    expect(error.next).toContain('write N for the batch');
  }
  expect(resolve(inputs, { batch: 8, overrides: { x: [null, 7] } })).toMatchObject({ x: [8, 7] });
});

test('an empty batch is refused, an empty dimension behind it is not', () => {
  const empty = failure({ x: ['N', 'length'] }, { overrides: { x: [0, 4] } });
  expect(empty).toMatchObject({ code: 'input-mismatch', why: expect.stringContaining('empty') });
  expect(resolve({ x: ['N', 'length'] }, { overrides: { x: [2, 0] } })).toMatchObject({
    x: [2, 0],
  });
});

test('an input of any name is free until it is chosen', () => {
  const failed = failure({ constructor: null });
  expect(failed.why).toBe('constructor has no declared shape');
});

test('a fixed batch is kept, and another one refused', () => {
  const inputs = { x: [8, 3, 4, 4], anchors: [9] };
  const outputs = { y: [8, 10] };
  expect(resolve(inputs, {}, outputs)).toEqual({ items: 8, ...inputs });
  expect(resolve(inputs, { batch: 8 }, outputs)).toMatchObject({ items: 8 });
  const error = failure(inputs, { batch: 2 }, outputs);
  expect(error.code).toBe('input-mismatch');
  expect(error.why).toBe('its batch dimension x:0 is fixed to 8');
  expect(error.next).toContain('--batch 8');
});

test('a model without a batch is one item; another batch than 1 is refused with the way out', () => {
  const inputs = { x: [8, 8], n: [] };
  const outputs = { y: [8, 8] };
  expect(resolve(inputs, {}, outputs)).toEqual({ items: 1, ...inputs });
  expect(resolve(inputs, { batch: 1 }, outputs)).toEqual({ items: 1, ...inputs });
  expect(failure(inputs, { batch: 8 }, outputs)).toMatchObject({
    why: 'none of its dimensions is known to be a batch',
    next: expect.stringContaining('--batch-axis'),
  });
  expect(resolve(inputs, { batchAxes: ['x:0'] }, outputs)).toMatchObject({ items: 8 });
  expect(failure(inputs, { overrides: { x: [null, 8] } }, outputs).why).toContain('N stands for');
});

test('leading dimensions without a name that are asked different sizes are no batch', () => {
  const inputs = { a: [null, 4], b: [null, 4] };
  const outputs = { y: [null, 4] };
  expect(resolve(inputs, { batch: 3 }, outputs)).toMatchObject({ items: 3, a: [3, 4], b: [3, 4] });
  const overrides = { a: [5, 4], b: [2, 4] };
  expect(resolve(inputs, { overrides }, outputs)).toEqual({ items: 1, ...overrides });
  expect(failure(inputs, { overrides, batch: 5 }, outputs).code).toBe('input-mismatch');
});

test('an override may not contradict the model', () => {
  const inputs = { x: ['N', 3, 'H'] };
  const refuse = (x: readonly number[]) => failure(inputs, { overrides: { x } }).why;
  expect(refuse([1, 4, 9])).toBe('the model declares Nx3xH, asked for is 1x4x9');
  expect(refuse([1, 3])).toBe('the model declares Nx3xH, asked for is 1x3');
  expect(refuse([1, 3, -9])).toBe('1x3x-9 is no shape');
  expect(failure(inputs, { overrides: { y: [1] } })).toMatchObject({ next: 'its inputs: x' });
});

test('an input of unknown rank needs its whole shape, and may have a batch where a person says so', () => {
  expect(failure({ x: null }).why).toBe('x has no declared shape');
  expect(resolve({ x: null }, { overrides: { x: [2, 5] } })).toEqual({ items: 1, x: [2, 5] });
  const request = { overrides: { x: [null, 5] }, batchAxes: ['x:0'], batch: 3 };
  expect(resolve({ x: null }, request)).toEqual({ items: 3, x: [3, 5] });
  const beyond = { overrides: { x: [5] }, batchAxes: ['x:1'] };
  expect(failure({ x: null }, beyond)).toMatchObject({ code: 'input-mismatch' });
});

test('unnamed dimensions that are alike get a like size, 1 where another input has a batch of 1', () => {
  const recurrent = { input: [null, null], state: [2, null, 128], sr: [] };
  const error = failure(recurrent);
  expect(error.next).toContain('--shape input=1x128 --shape state=2x1x128');
  const examples = error instanceof FreeDimensions ? error.examples : [];
  expect(examples.length).toBeGreaterThan(3);
  for (const { shapes } of examples) {
    expect(resolve(recurrent, { overrides: Object.fromEntries(shapes) })).toMatchObject({
      sr: [],
    });
  }
});

test('dimensions that exporters name as sums are advised as sums', () => {
  const inputs = {
    input_ids: ['batch_size', 'sequence_length'],
    attention_mask: ['batch_size', 'past_sequence_length + sequence_length'],
    past: ['batch_size', 4, 'past_sequence_length', 64],
  };
  expect(failure(inputs).next).toContain(
    '--shape input_ids=Nx128 --shape attention_mask=Nx256 --shape past=Nx4x128x64',
  );
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
  expect(parseShape('x=Nx3xN')).toEqual({ name: 'x', shape: [null, 3, null] });
  expect(parseShape('k=scalar')).toEqual({ name: 'k', shape: [] });
});

test('what --shape asks for is what comes out, or it is refused', () => {
  const dims = fc.array(fc.constantFrom<Dimension>('N', 'T', 'batch', null, 2, 3), {
    minLength: 1,
    maxLength: 4,
  });
  const sizes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 });
  const asked = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.tuple(dims, sizes));
  const batches = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
  fc.assert(
    fc.property(asked, batches, dims, (inputs, batch, output) => {
      const entries = Object.entries(inputs);
      const declared = Object.fromEntries(entries.map(([name, [shape]]) => [name, shape]));
      const overrides = Object.fromEntries(entries.map(([name, [, shape]]) => [name, shape]));
      try {
        const resolved = resolveShapes(model(declared, { y: output }), { overrides, batch });
        expect(Object.fromEntries(resolved.shapes)).toEqual(overrides);
        if (batch !== undefined) expect(itemsOf(resolved)).toBe(batch);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
    }),
    { numRuns: 2000 },
  );
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
