import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeModel, encodeModel, toNumber } from '../onnx/codec.ts';
import type { AttributeProto, Draft } from '../onnx/messages.ts';
import { storedIntegers } from './integer-rules.ts';
import { type Known, NodeView, type Shape } from './node-view.ts';
import { productRules } from './product-rules.ts';
import { shapeRules } from './shape-rules.ts';

const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');

interface Case {
  readonly opType: string;
  readonly shapes: readonly Shape[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
  /** int64 inputs after the float ones. */
  readonly integers?: readonly (readonly number[])[];
}

function attributeOf(
  name: string,
  value: number | string | readonly number[],
): Draft<AttributeProto> {
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  return typeof value === 'number'
    ? { name, type: 2, i: value }
    : { name, type: 7, ints: [...value] };
}

function graphOf({ opType, shapes, attributes = {}, integers = [] }: Case) {
  const input = shapes.map((shape, i) => ({
    name: `x${i}`,
    type: { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
  }));
  const initializer = integers.map((values, i) => ({
    name: `i${i}`,
    dims: [values.length],
    dataType: 7,
    rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  }));
  const names = [...input, ...initializer].map(({ name }) => name);
  const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
  const node = [{ opType, name: 'n', input: names, output: ['y'], attribute }];
  // The output's rank is left open: ONNX Runtime finds it out.
  return { name: 'g', node, input, initializer, output: [{ name: 'y', type: floatOfAnyShape }] };
}

const floatOfAnyShape = { tensorType: { elemType: 1 } };

async function runtimeShape(given: Case): Promise<readonly number[] | 'refused'> {
  const graph = graphOf(given);
  const bytes = encodeModel({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
  const feeds = given.shapes.map((shape, i) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    return [`x${i}`, new ort.Tensor('float32', new Float32Array(size), [...shape])] as const;
  });
  try {
    const session = await ort.InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    const result = await session.run(Object.fromEntries(feeds));
    await session.release();
    return result.y?.dims ?? [];
  } catch {
    return 'refused';
  }
}

function ourShape(given: Case): Shape | undefined {
  const bytes = encodeModel({ irVersion: 8, graph: graphOf(given) });
  const graph = decodeModel(bytes).graph;
  const node = graph?.node[0];
  if (!graph || !node) return undefined;
  const known: Known = { shapes: new Map(), integers: new Map() };
  for (const [i, shape] of given.shapes.entries()) known.shapes.set(`x${i}`, shape);
  for (const tensor of graph.initializer) {
    known.shapes.set(tensor.name, tensor.dims.map(toNumber));
    known.integers.set(tensor.name, storedIntegers(tensor) ?? []);
  }
  const rule = productRules.get(given.opType)?.shape ?? shapeRules.get(given.opType);
  return rule?.(new NodeView(node, known));
}

/** True where ONNX Runtime ran it; then our shape must be its shape. */
async function agrees(given: Case): Promise<boolean> {
  const theirs = await runtimeShape(given);
  if (theirs === 'refused') return false;
  expect({ given, shape: ourShape(given) }).toEqual({ given, shape: theirs });
  return true;
}

const spatial = {
  // At least as large as the widest dilated kernel.
  size: fc.tuple(fc.integer({ min: 5, max: 11 }), fc.integer({ min: 5, max: 11 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  pads: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)),
  autoPad: fc.constantFrom('NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'),
  isCeil: fc.nat(1),
};

test('convolutions and pools have the shapes that ONNX Runtime gives them', async () => {
  let ran = 0;
  await fc.assert(
    fc.asyncProperty(fc.record(spatial), async (window) => {
      const { size, kernel, strides, dilations, pads, autoPad, isCeil } = window;
      const padding = autoPad === 'NOTSET' ? { pads } : { auto_pad: autoPad };
      // SAME with dilations is refused or read differently from version to version.
      const spread = autoPad.startsWith('SAME') ? {} : { dilations };
      const moves = { kernel_shape: kernel, strides, ...padding, ...spread };
      const image = [2, 4, ...size];
      const cases: readonly Case[] = [
        { opType: 'Conv', shapes: [image, [6, 2, ...kernel]], attributes: { ...moves, group: 2 } },
        { opType: 'ConvTranspose', shapes: [image, [4, 3, ...kernel]], attributes: moves },
        { opType: 'MaxPool', shapes: [image], attributes: { ...moves, ceil_mode: isCeil } },
        {
          opType: 'AveragePool',
          shapes: [image],
          attributes: { kernel_shape: kernel, strides, ...padding, ceil_mode: isCeil },
        },
      ];
      for (const each of cases) if (await agrees(each)) ran += 1;
    }),
    { numRuns: 40, seed: 5 },
  );
  expect(ran).toBeGreaterThan(100);
});

test.each<Case>([
  { opType: 'Relu', shapes: [[2, 3]] },
  {
    opType: 'Add',
    shapes: [
      [2, 1, 4],
      [3, 1],
    ],
  },
  {
    opType: 'Gemm',
    shapes: [
      [3, 2],
      [5, 3],
    ],
    attributes: { transA: 1, transB: 1 },
  },
  {
    opType: 'MatMul',
    shapes: [
      [2, 1, 3, 4],
      [5, 4, 6],
    ],
  },
  { opType: 'MatMul', shapes: [[4], [2, 4, 3]] },
  { opType: 'MatMul', shapes: [[2, 4], [4]] },
  { opType: 'MatMul', shapes: [[4], [4]] },
  { opType: 'Flatten', shapes: [[2, 3, 4]], attributes: { axis: -1 } },
  { opType: 'Flatten', shapes: [[2, 3, 4]], attributes: { axis: 0 } },
  { opType: 'Reshape', shapes: [[2, 3, 4]], integers: [[0, -1]] },
  { opType: 'Reshape', shapes: [[2, 3, 4]], integers: [[4, 3, -1, 1]] },
  { opType: 'Transpose', shapes: [[2, 3, 4]] },
  { opType: 'Transpose', shapes: [[2, 3, 4]], attributes: { perm: [1, 0, 2] } },
  {
    opType: 'Concat',
    shapes: [
      [2, 3],
      [2, 5],
    ],
    attributes: { axis: -1 },
  },
  { opType: 'Squeeze', shapes: [[1, 3, 1]] },
  { opType: 'Squeeze', shapes: [[1, 3, 1]], integers: [[-1]] },
  { opType: 'Unsqueeze', shapes: [[2, 3]], integers: [[0, -1]] },
  { opType: 'Pad', shapes: [[2, 3]], integers: [[0, 1, 2, 3]] },
  { opType: 'Gather', shapes: [[2, 5, 4]], integers: [[0, 1, 1]], attributes: { axis: 1 } },
  { opType: 'ReduceSum', shapes: [[2, 3, 4]], integers: [[1, -1]], attributes: { keepdims: 0 } },
  { opType: 'ReduceMean', shapes: [[2, 3, 4]], attributes: { axes: [-2] } },
  { opType: 'ReduceMax', shapes: [[2, 3, 4]], attributes: { keepdims: 0 } },
  { opType: 'GlobalAveragePool', shapes: [[2, 3, 4, 5]] },
  { opType: 'Softmax', shapes: [[2, 3]] },
  {
    opType: 'PRelu',
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
  },
])('$opType of $shapes', async (given) => {
  expect(await agrees(given)).toBe(true);
});
