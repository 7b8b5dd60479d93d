import { expect, test } from 'vitest';
import { agrees, type Case } from '../../test/support/runtime-shape.ts';

// Inputs of `inputs` are x0, x1, … (float), i0, … (int64) and f0, … (float), the latter two
// constant.
test.each<Case>([
  {
    opType: 'Pad',
    shapes: [[2, 3, 4]],
    integers: [[1, 2], [2]],
    inputs: ['x0', 'i0', '', 'i1'],
    opset: 18,
  },
  {
    opType: 'Resize',
    shapes: [[1, 3, 5, 7]],
    floats: [[1, 1, 2.5, 1.3]],
    inputs: ['x0', '', 'f0'],
  },
  {
    opType: 'Resize',
    shapes: [[1, 3, 5, 7]],
    floats: [[1, 1, 2, 3]],
    inputs: ['x0', 'f0'],
    opset: 10,
  },
  {
    opType: 'Resize',
    shapes: [[1, 3, 5, 7]],
    integers: [[1, 3, 9, 4]],
    inputs: ['x0', '', '', 'i0'],
  },
  {
    opType: 'Resize',
    shapes: [[1, 3, 5, 7]],
    integers: [[9, 4]],
    inputs: ['x0', '', '', 'i0'],
    attributes: { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
    opset: 18,
  },
  {
    opType: 'Resize',
    shapes: [[1, 3, 5, 7]],
    integers: [[9, 4]],
    inputs: ['x0', '', '', 'i0'],
    attributes: { axes: [2, 3], keep_aspect_ratio_policy: 'not_smaller' },
    opset: 18,
  },
  {
    opType: 'Upsample',
    shapes: [[1, 3, 5, 7]],
    floats: [[1, 1, 2, 3]],
    inputs: ['x0', 'f0'],
    opset: 9,
  },
  {
    opType: 'Slice',
    shapes: [[5, 6, 7]],
    integers: [
      [1, -3],
      [5, 2],
      [0, -1],
      [2, -2],
    ],
  },
  { opType: 'Slice', shapes: [[5, 6]], integers: [[-99], [99]] },
  {
    opType: 'Slice',
    shapes: [[5, 6]],
    attributes: { starts: [1], ends: [-1], axes: [1] },
    opset: 9,
  },
  { opType: 'Split', shapes: [[5, 6]], integers: [[6]], attributes: { axis: 1 } },
  { opType: 'Expand', shapes: [[3, 1]], integers: [[2, 1, 4]] },
  { opType: 'Tile', shapes: [[3, 2]], integers: [[2, 3]] },
  { opType: 'DepthToSpace', shapes: [[1, 8, 2, 3]], attributes: { blocksize: 2 } },
  { opType: 'SpaceToDepth', shapes: [[1, 2, 4, 6]], attributes: { blocksize: 2 } },
  { opType: 'TopK', shapes: [[2, 5]], integers: [[3]], outputs: ['y', 'i'] },
  { opType: 'GatherND', shapes: [[2, 3, 4]], integers: [[1]] },
  {
    opType: 'GridSample',
    shapes: [
      [1, 2, 4, 4],
      [1, 3, 5, 2],
    ],
  },
  { opType: 'Trilu', shapes: [[3, 3]] },
  {
    opType: 'Einsum',
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    attributes: { equation: 'bij, bkj -> bik' },
  },
  {
    opType: 'Einsum',
    shapes: [
      [3, 4],
      [4, 5],
    ],
    attributes: { equation: 'ij,jk' },
  },
  {
    opType: 'LSTM',
    shapes: [
      [5, 2, 3],
      [1, 16, 3],
      [1, 16, 4],
    ],
    attributes: { hidden_size: 4 },
  },
  {
    opType: 'GRU',
    shapes: [
      [5, 2, 3],
      [1, 12, 3],
      [1, 12, 4],
    ],
    attributes: { hidden_size: 4 },
  },
  {
    opType: 'RNN',
    shapes: [
      [5, 2, 3],
      [1, 4, 3],
      [1, 4, 4],
    ],
    attributes: { hidden_size: 4 },
  },
  {
    opType: 'Attention',
    shapes: [
      [2, 4, 3, 8],
      [2, 4, 5, 8],
      [2, 4, 5, 6],
    ],
    opset: 23,
  },
])('$opType of $shapes has the shape that ONNX Runtime gives it', async (given) => {
  expect(await agrees(given)).toBe(true);
});
