import { expect, test } from 'vitest';
import { encodeModel } from '../onnx/codec.ts';
import type { AttributeProto, Draft, NodeProto } from '../onnx/messages.ts';
import { inspectModel } from './inspect-model.ts';

type Dims = readonly number[];

const value = (name: string, dims: Dims) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});
const int = (name: string, i: number): Draft<AttributeProto> => ({ name, type: 2, i });

/** Work of these nodes over an input `x`; weights have no values, as only their shapes matter. */
async function workOf(
  x: Dims,
  weights: Readonly<Record<string, Dims>>,
  ...node: readonly Draft<NodeProto>[]
) {
  const initializer = Object.entries(weights).map(([name, dims]) => ({ name, dims, dataType: 3 }));
  const graph = { name: 'g', node, initializer, input: [value('x', x)], output: [value('y', [1])] };
  const opsetImport = [{ domain: '', version: 17 }];
  const bytes = encodeModel({ irVersion: 8, opsetImport, graph });
  return (await inspectModel({ name: 'work', bytes })).flops;
}

const microsoft = (opType: string, input: string[], attribute: Draft<AttributeProto>[] = []) => ({
  opType,
  domain: 'com.microsoft',
  input,
  output: ['y'],
  attribute,
});

test('what stands behind a Resize is counted', async () => {
  const facts = await inspectModel('test/fixtures/onnx/resize.onnx', {
    overrides: { x: [1, 3, 32, 32] },
  });
  expect(facts.flops).toMatchObject({ perItem: 1_769_472, estimatedNodes: 1, unknownNodes: 0 });
});

test('dynamically quantized convolutions are operations on integers', async () => {
  const flops = await workOf(
    [1, 3, 8, 8],
    { w: [4, 3, 3, 3] },
    { opType: 'DynamicQuantizeLinear', input: ['x'], output: ['q', 's', 'z'] },
    { opType: 'ConvInteger', input: ['q', 'w', 'z'], output: ['c'] },
    { opType: 'Cast', input: ['c'], output: ['f'] },
    { opType: 'Mul', input: ['f', 's'], output: ['y'] },
    { opType: 'Conv', input: ['y', 'v'], output: ['e'] },
  );
  expect(flops).toMatchObject({
    total: 0,
    integerTotal: 2 * 4 * 6 * 6 * 3 * 3 * 3,
    unknownByOp: [{ op: 'Conv', count: 1 }],
  });
});

test.each([
  ['QGemm', [6, 4], { w: [4, 5] }, microsoft('QGemm', ['x', '', '', 'w']), 0, 2 * 6 * 5 * 4],
  [
    'FusedMatMul',
    [2, 4, 6],
    { w: [2, 5, 4] },
    microsoft('FusedMatMul', ['x', 'w'], [int('transA', 1), int('transB', 1)]),
    2 * 2 * 6 * 5 * 4,
    0,
  ],
  [
    'MatMulNBits',
    [1, 7, 32],
    { w: [16, 1, 16] },
    microsoft('MatMulNBits', ['x', 'w'], [int('K', 32), int('N', 16)]),
    2 * 7 * 32 * 16,
    0,
  ],
  [
    'DynamicQuantizeLSTM',
    [5, 2, 3],
    { w: [1, 3, 16], r: [1, 4, 16] },
    microsoft('DynamicQuantizeLSTM', ['x', 'w', 'r']),
    0,
    2 * 5 * 2 * (3 * 16 + 4 * 16),
  ],
  [
    'LSTM of two directions',
    [5, 2, 3],
    { w: [2, 16, 3], r: [2, 16, 4] },
    { opType: 'LSTM', input: ['x', 'w', 'r'], output: ['y'] },
    2 * 5 * 2 * 2 * (16 * 3 + 16 * 4),
    0,
  ],
  [
    'QAttention',
    [2, 7, 8],
    { w: [8, 24] },
    microsoft('QAttention', ['x', 'w']),
    2 * 2 * 2 * 7 * 7 * 8,
    2 * 2 * 7 * 8 * 24,
  ],
  [
    'MultiHeadAttention',
    [2, 7, 8],
    { k: [2, 9, 8] },
    microsoft('MultiHeadAttention', ['x', 'k', 'k']),
    2 * 2 * 7 * 9 * (8 + 8),
    0,
  ],
  [
    'Einsum',
    [2, 3, 4],
    { w: [4, 5] },
    {
      opType: 'Einsum',
      input: ['x', 'w'],
      output: ['y'],
      attribute: [{ name: 'equation', type: 3, s: Buffer.from('bij,jk->bik') }],
    },
    2 * 2 * 3 * 4 * 5,
    0,
  ],
])('%s', async (_name, x, weights, node, total, integerTotal) => {
  const flops = await workOf(x, weights, node);
  expect(flops).toMatchObject({ total, integerTotal, estimatedNodes: 1, unknownNodes: 0 });
});

test('sizes that an exporter computes are followed: twice as high, half as wide, as a split', async () => {
  const list = (name: string, values: readonly number[], isFloat = false) => ({
    opType: 'Constant',
    input: [],
    output: [name],
    attribute: [
      isFloat
        ? { name: 'value_floats', type: 6, floats: values }
        : { name: 'value_ints', type: 7, ints: values },
    ],
  });
  const flops = await workOf(
    [1, 4, 6, 8],
    { w: [5, 2, 1, 1] },
    list('two', [2]),
    list('four', [4]),
    list('one', [1]),
    list('zero', [0]),
    list('factors', [2, 0.5], true),
    { opType: 'Shape', input: ['x'], output: ['s'] },
    { opType: 'Slice', input: ['s', 'two', 'four', 'zero'], output: ['hw'] },
    { opType: 'Cast', input: ['hw'], output: ['f'], attribute: [int('to', 1)] },
    { opType: 'Mul', input: ['f', 'factors'], output: ['m'] },
    { opType: 'Floor', input: ['m'], output: ['m1'] },
    { opType: 'Cast', input: ['m1'], output: ['size'], attribute: [int('to', 7)] },
    { opType: 'Slice', input: ['s', 'zero', 'two', 'zero'], output: ['nc'] },
    { opType: 'Concat', input: ['nc', 'size'], output: ['sizes'], attribute: [int('axis', 0)] },
    { opType: 'Resize', input: ['x', '', '', 'sizes'], output: ['r'] },
    { opType: 'Split', input: ['r'], output: ['a', 'b'], attribute: [int('axis', 1)] },
    { opType: 'Conv', input: ['b', 'w'], output: ['y'] },
  );
  expect(flops).toMatchObject({ total: 2 * 5 * 12 * 4 * 2, unknownNodes: 0 });
});

test('data types of IR 13 have their sizes, packed within each tensor', async () => {
  const facts = await inspectModel('test/fixtures/onnx/newtypes.onnx');
  expect(facts.parameters).toEqual({
    count: 96,
    bytes: 48,
    byDtype: [
      { dtype: 'float8e8m0', count: 32, bytes: 32 },
      { dtype: 'int2', count: 64, bytes: 16 },
    ],
  });
  const odd = encodeModel({
    irVersion: 10,
    opsetImport: [{ domain: '', version: 21 }],
    graph: {
      name: 'g',
      initializer: ['a', 'b'].map((name) => ({ name, dims: [3], dataType: 22 })),
      node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
      input: [value('x', [1])],
      output: [value('y', [1])],
    },
  });
  const { parameters } = await inspectModel({ name: 'odd', bytes: odd });
  expect(parameters.byDtype).toEqual([{ dtype: 'int4', count: 6, bytes: 4 }]);
});
