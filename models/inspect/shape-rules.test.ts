import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agrees, type Case } from '../../test/support/runtime-shape.ts';

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
