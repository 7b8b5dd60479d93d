import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bytesOf,
  FLOAT,
  INT64,
  inputModel as model,
  inputRequest as request,
  saveArray,
} from '../../../test/support/input-models.ts';
import { type InputRequest, prepareInputs } from './cell-inputs.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orin-remote-inputs-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('a .npy array is used as it is, and gives its sizes to free dimensions', async () => {
  const m = await model({ x: [FLOAT, ['N', 'T']], mask: [FLOAT, ['N', 'T']] });
  const file = await saveArray(directory, 'rows.npy', [3, 2], [1, 2, 3, 4, 5, 6]);
  const { byBatch, files, notes } = await prepareInputs(
    m,
    request({ batches: null, files: { x: file } }),
  );
  expect([...byBatch.keys()]).toEqual([3]);
  expect(byBatch.get(3)?.map((input) => input.shape)).toEqual([
    [3, 2],
    [3, 2],
  ]);
  expect(bytesOf(files[0])).toEqual(Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer));
  expect(byBatch.get(3)?.[0]).not.toHaveProperty('rowsGiven');
  expect(notes).toEqual([]);
});

test('an array without a batch is one item, whatever its leading dimension', async () => {
  const m = await model({ waveform: [FLOAT, ['num_samples']] });
  const values = Array.from({ length: 50 }, (_, index) => index);
  const files = { waveform: await saveArray(directory, 'wave.npy', [50], values) };
  for (const batches of [null, [1]]) {
    const { byBatch } = await prepareInputs(m, request({ batches, files }));
    expect(byBatch.get(null)?.[0]?.shape).toEqual([50]);
  }
  await expect(prepareInputs(m, request({ batches: [8], files }))).rejects.toMatchObject({
    code: 'input-mismatch',
    next: expect.stringContaining('--batch-axis'),
  });
});

test('fewer rows of an array are used only at a batch that was asked for, and that is said', async () => {
  const m = await model({ x: [FLOAT, ['N', 'T']], mask: [FLOAT, ['N', 'T']] });
  const file = await saveArray(directory, 'rows.npy', [3, 2], [1, 2, 3, 4, 5, 6]);
  const asked = request({ batches: [1, 3], files: { x: file } });
  const { byBatch, files, notes } = await prepareInputs(m, asked);
  expect(byBatch.get(1)?.[0]).toMatchObject({ shape: [1, 2], rowsGiven: 3 });
  expect(byBatch.get(3)?.[0]).toMatchObject({ shape: [3, 2] });
  expect(byBatch.get(3)?.[0]).not.toHaveProperty('rowsGiven');
  expect(bytesOf(files[0])).toHaveLength(24);
  expect(notes).toEqual(['1 of 3 rows of input x are used at batch 1']);
});

test('an array that is cut along another axis than its first is refused', async () => {
  const m = await model({ x: [FLOAT, ['seq', 'batch']] });
  const file = await saveArray(directory, 'inner.npy', [2, 3], [1, 2, 3, 4, 5, 6]);
  const asked = request({ batches: [2], files: { x: file } });
  await expect(prepareInputs(m, asked)).rejects.toMatchObject({ code: 'input-mismatch' });
  const { byBatch } = await prepareInputs(m, request({ batches: [3], files: { x: file } }));
  expect(byBatch.get(3)?.[0]?.shape).toEqual([2, 3]);
});

test('an array and a shape that say different things are refused', async () => {
  const m = await model({ x: [FLOAT, ['N', 'T']] });
  const files = { x: await saveArray(directory, 'both.npy', [3, 2], [1, 2, 3, 4, 5, 6]) };
  const both = (shape: InputRequest['shapes'][string], batches: readonly number[] | null = null) =>
    prepareInputs(m, request({ batches, files, shapes: { x: shape } }));
  for (const shape of [[3, 4], [1, 2], [3], [null, 4]]) {
    await expect(both(shape)).rejects.toMatchObject({
      message: 'the array for input x does not fit',
      why: expect.stringContaining('it is 3x2, --shape says'),
    });
  }
  expect((await both([3, 2])).byBatch.get(3)).toHaveLength(1);
  expect((await both([null, 2])).byBatch.get(3)).toHaveLength(1);
  expect((await both([null, 2], [2])).byBatch.get(2)?.[0]?.shape).toEqual([2, 2]);
});

test('an array that does not fit is refused with both shapes', async () => {
  const m = await model({ x: [FLOAT, ['N', 3]], k: [INT64, [2]] });
  const refusal = async (name: string, shape: readonly number[], batches = [1]) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const file = await saveArray(directory, 'bad.npy', shape, new Array<number>(size).fill(0));
    const files = { [name]: file };
    return prepareInputs(m, request({ files, batches })).catch((error) => error);
  };
  expect(await refusal('x', [1, 4])).toMatchObject({
    code: 'input-mismatch',
    why: 'it is 1x4, the input takes Nx3',
  });
  expect(await refusal('x', [3])).toMatchObject({ why: 'it is 3, the input takes Nx3' });
  expect(await refusal('x', [2, 3], [1, 4])).toMatchObject({
    why: 'it has 2 rows, the largest batch takes 4',
  });
  expect(await refusal('k', [2])).toMatchObject({
    why: 'it holds float32, the input takes int64',
    next: 'convert it: array.astype(numpy.int64)',
  });
  expect(await refusal('z', [2])).toMatchObject({
    message: 'm has no input z',
    why: 'its inputs: x, k',
  });
});

test('a range beside given values is refused, not ignored', async () => {
  const { facts } = await model({ x: [FLOAT, ['N', 4]] });
  const files = { x: await saveArray(directory, 'ranged.npy', [1, 4], [1, 2, 3, 4]) };
  const ranges = { x: { min: '0', max: '1' } };
  await expect(prepareInputs({ facts }, request({ files, ranges }))).rejects.toMatchObject({
    code: 'input-mismatch',
    message: '--range does not apply to input x',
  });
});
