import { expect, test } from 'vitest';
import { findBatch } from './batch.ts';
import { meaningOf } from './dimension-names.ts';
import type { Dimension } from './facts.ts';

type Tensors = Readonly<Record<string, readonly Dimension[] | null>>;

function batchOf(inputs: Tensors, outputs: Tensors, said?: readonly string[]): string | null {
  const tensors = (of: Tensors) =>
    Object.entries(of).map(([name, shape]) => ({
      name,
      dtype: name === 'sequence' ? name : 'float32',
      shape,
    }));
  const found = findBatch(
    { name: 'm.onnx', inputs: tensors(inputs), outputs: tensors(outputs) },
    said,
  );
  return found && `${found.from} ${found.name}`;
}

test.each([
  [
    'batch',
    'batch batch_size Batch batchSize BATCH_SIZE nbatch bs text_batch_size batch0 batch_dim',
  ],
  ['letter', 'N B n b'],
  [
    'other',
    'seq_len sequence_length T H W height num_frames batch*seq batch_length tokens num_nodes',
  ],
  ['unsaid', 's0 s77 u1 dim_0 unk__12 DynamicDimension.0 input_dynamic_axes_1 M samples images'],
])('names that mean %s', (meaning, names) => {
  for (const name of names.split(' ')) expect([name, meaningOf(name)]).toEqual([name, meaning]);
});

const row = { y: [1] };
test.each<[what: string, inputs: Tensors, outputs: Tensors, expected: string | null]>([
  ['a leading batch', { x: ['batch', 3, 'h', 'w'] }, row, 'named batch'],
  ['a batch behind the sequence', { x: ['seq', 'batch', 64] }, row, 'named batch'],
  ['N, whatever the outputs are called', { x: ['N', 4] }, { y: ['Gemm_dim_0', 4] }, 'named N'],
  ['N on a vector', { x: ['N'] }, { y: ['N'] }, null],
  ['a batch beside a leading N', { x: ['batch', 3], boxes: ['N', 4] }, row, 'named batch'],
  ['N and B', { x: ['N', 3], z: ['B', 3] }, row, null],
  ['two batches', { a: ['text_batch', 3], b: ['image_batch', 3] }, row, null],
  ['one unsaid name everywhere', { x: ['s0', 8], k: [] }, { y: ['s0', 4] }, 'shared s0'],
  ['an unsaid name that outputs lack', { x: ['s0', 8] }, { y: ['s1', 4] }, null],
  ['a sequence everywhere', { x: ['seq', 8] }, { y: ['seq', 4] }, null],
  ['two unsaid names', { x: ['s0', 8], z: ['s1', 8] }, { y: ['s0', 4] }, null],
  ['no names, a parameter beside', { x: [null, 3, 8, 8], k: [4] }, { y: [null, 9] }, 'shared x:0'],
  ['names that tf2onnx numbers', { x: ['unk__1', 8] }, { y: ['unk__2', 4] }, 'shared x:0'],
  ['an image of free sides', { x: [null, 3, null, null] }, { y: [null, 9] }, 'shared x:0'],
  ['a matrix of free sides', { x: [null, null] }, { y: [null, null] }, null],
  ['an output without it', { x: [null, 8] }, { y: [1, 4] }, null],
  ['a sequence beside', { x: [null, 3] }, { y: [null], sequence: null }, 'shared x:0'],
  ['a scalar output', { x: [null, 8] }, { y: [] }, null],
  ['an output of unknown rank', { x: [null, 8] }, { y: null }, null],
  ['an input of unknown rank', { x: [null, 8], z: null }, { y: [null, 4] }, null],
  ['a recurrent state', { x: [null, null], h: [2, null, 128] }, { y: [null, 1] }, null],
  ['a waveform', { x: ['num_samples'] }, { y: [1, 8] }, null],
  ['a waveform that stays one', { x: [null] }, { y: [null] }, null],
  ['an image without a batch', { x: [3, 'height', 'width'] }, { y: [1, 8, 1, 1] }, null],
  ['a fixed image in HWC', { x: [480, 640, 3] }, { y: [] }, null],
  ['a matrix', { x: [8, 8], n: [] }, { y: [8, 8] }, null],
  ['a fixed batch of images', { x: [8, 3, 224, 224] }, { y: [8, 1000] }, 'fixed x:0'],
  ['fixed images, another output', { x: [8, 3, 224, 224] }, { y: [8, 9], z: [3] }, null],
  ['a batch of one', { x: [1, 784] }, { y: [1, 10] }, 'fixed x:0'],
  ['nothing in', {}, { y: [1] }, null],
])('%s', (_, inputs, outputs, expected) => {
  expect(batchOf(inputs, outputs)).toBe(expected);
});

test('--batch-axis takes names, inputs with an axis, several of them, or none', () => {
  const recurrent = { input: [null, null], state: [2, null, 128], sr: [] };
  const of = (...said: readonly string[]) => batchOf(recurrent, row, said);
  expect(of('input:0', 'state:1')).toBe('option input:0, state:1');
  expect(batchOf({ x: ['batch', 'seq'] }, row, ['seq'])).toBe('option seq');
  expect(batchOf({ x: ['batch', 'seq'] }, row, ['none'])).toBeNull();
  expect(batchOf({ 'a:b': [null, 4] }, row, ['a:b:0'])).toBe('option a:b:0');
  for (const bad of ['x', 'input:2', 'sr:0', 'state', 'input:', 'input:-1']) {
    expect(() => of(bad)).toThrow(expect.objectContaining({ code: 'input-mismatch' }));
  }
  expect(() => of('none', 'input:0')).toThrow(/none/);
});

test('an axis of a named dimension stands for all places of that name', () => {
  const inputs = ['a', 'b'].map((name) => ({ name, dtype: 'float32', shape: ['s0', 4] }));
  const found = findBatch({ name: 'm', inputs, outputs: [] }, ['b:0']);
  expect(found?.places).toEqual([
    { input: 'a', axis: 0 },
    { input: 'b', axis: 0 },
  ]);
});
