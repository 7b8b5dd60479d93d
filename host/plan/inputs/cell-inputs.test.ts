import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bytesOf,
  FLOAT,
  INT64,
  inputModel as model,
  inputRequest as request,
} from '../../../test/support/input-models.ts';
import { prepareInputs } from './cell-inputs.ts';
import { parseDataSet } from './data-set.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orin-remote-inputs-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('batches share one file, made for the largest', async () => {
  const m = await model({ x: [FLOAT, ['N', 3]], k: [INT64, [2]] });
  const { byBatch, files } = await prepareInputs(m, request({ batches: [1, 8, 4] }));
  expect([...byBatch.keys()]).toEqual([1, 8, 4]);
  const [x] = files;
  expect(x?.sizeBytes).toBe(8 * 3 * 4);
  expect(files).toHaveLength(2);
  for (const [batch, inputs] of byBatch) {
    expect(inputs).toEqual([
      {
        name: 'x',
        dtype: 'float32',
        shape: [batch, 3],
        source: { kind: 'fixed', sha256: x?.sha256 },
      },
      {
        name: 'k',
        dtype: 'int64',
        shape: [2],
        source: { kind: 'fixed', sha256: files[1]?.sha256 },
      },
    ]);
  }
});

test('the same seed gives the same files, whatever batches are asked for', async () => {
  const m = await model({ x: [FLOAT, ['N', 3]] });
  const small = await prepareInputs(m, request({ batches: [2] }));
  const large = await prepareInputs(m, request({ batches: [6] }));
  const again = await prepareInputs(m, request({ batches: [6] }));
  const [few, many] = [bytesOf(small.files[0]), bytesOf(large.files[0])];
  expect(many.subarray(0, few.length).equals(few)).toBe(true);
  expect(again.files[0]?.sha256).toBe(large.files[0]?.sha256);
});

test('a batch dimension that is not the leading one gets a file per batch', async () => {
  const m = await model({ x: [FLOAT, ['N', 2]], state: [FLOAT, [3, 'N']] });
  const { byBatch, files } = await prepareInputs(m, request({ batches: [1, 2] }));
  expect(byBatch.get(2)?.map((input) => input.shape)).toEqual([
    [2, 2],
    [3, 2],
  ]);
  expect(files.map((file) => file.sizeBytes)).toEqual([16, 12, 24]);
});

test('free dimensions come out as the error that people see', async () => {
  const m = await model({ x: [FLOAT, ['N', 'T']] });
  await expect(prepareInputs(m, request({}))).rejects.toMatchObject({
    name: 'OrinError',
    code: 'free-dimension',
    exitCode: 2,
  });
  const { byBatch } = await prepareInputs(m, request({ shapes: { x: [null, 9] }, batches: [2] }));
  expect(byBatch.get(2)?.[0]?.shape).toEqual([2, 9]);
});

test('CIFAR-10 goes to the input that it fits, the others are seeded', async () => {
  const file = path.join(directory, 'test_batch.bin');
  await writeFile(file, Buffer.alloc(3073 * 2));
  const data = parseDataSet(`cifar10:${file}`) ?? null;
  const m = await model({ scale: [FLOAT, [1]], image: [FLOAT, ['N', 3, 32, 32]] });
  const { byBatch, files } = await prepareInputs(m, request({ data, batches: [1, 2] }));
  expect(byBatch.get(2)?.[1]).toMatchObject({
    name: 'image',
    shape: [2, 3, 32, 32],
    source: { kind: 'cifar10', records: 2 },
  });
  expect(byBatch.get(2)?.[0]).toMatchObject({ source: { kind: 'fixed' } });
  expect(files.map((each) => each.source.kind)).toEqual(['bytes', 'path']);
  for (const inputs of [{ x: [FLOAT, ['N', 784]] }, { x: [INT64, ['N', 3, 32, 32]] }] as const) {
    const other = await model(inputs);
    await expect(prepareInputs(other, request({ data }))).rejects.toMatchObject({
      code: 'input-mismatch',
      message: 'CIFAR-10 images do not fit m',
    });
  }
});

test('CIFAR-10 images are the items of an iteration, none of them twice', async () => {
  const file = path.join(directory, 'two_images.bin');
  await writeFile(file, Buffer.alloc(3073 * 2));
  const data = parseDataSet(`cifar10:${file}`) ?? null;
  const named = await model({ image: [FLOAT, ['N', 3, 32, 32]] });
  await expect(prepareInputs(named, request({ data, batches: [3] }))).rejects.toMatchObject({
    code: 'input-mismatch',
    why: 'an iteration takes 3 of them, the file has 2',
  });
  const fixed = await model({ image: [FLOAT, [2, 3, 32, 32]] });
  await expect(prepareInputs(fixed, request({ data, batches: null }))).rejects.toMatchObject({
    code: 'input-mismatch',
    next: 'say that they are its batch: --batch-axis image:0',
  });
  const said = request({ data, batches: null, batchAxes: ['image:0'] });
  expect((await prepareInputs(fixed, said)).byBatch.get(2)).toHaveLength(1);
});

test('what cannot be fed or would not fit in memory is refused', async () => {
  const odd = await model({ x: [16, ['N', 'T']] });
  await expect(prepareInputs(odd, request({}))).rejects.toMatchObject({
    code: 'model-unsupported',
    message: 'm cannot be fed: input x is of type bfloat16',
  });
  const large = await model({ x: [FLOAT, ['N', 1_000_000]] });
  await expect(prepareInputs(large, request({ batches: [1000] }))).rejects.toMatchObject({
    message: 'input x is too large',
    why: expect.stringContaining('3.7 GiB'),
  });
  const shapes = { x: [10_000_000_000, 1_000_000] };
  await expect(prepareInputs(large, request({ batches: null, shapes }))).rejects.toMatchObject({
    message: 'input x is too large',
  });
});

test('--data', () => {
  expect(parseDataSet('cifar10:/a:b')).toEqual({ kind: 'cifar10', path: '/a:b' });
  expect(parseDataSet('mnist:/a')).toBeUndefined();
  expect(parseDataSet('cifar10:')).toBeUndefined();
});

test.each(['constructor', 'toString', '__proto__'])('an input may be called %s', async (name) => {
  const { facts } = await model(Object.fromEntries([[name, [FLOAT, ['N', 4]]]]));
  const { byBatch } = await prepareInputs({ facts }, request({ batches: [2] }));
  expect(byBatch.get(2)?.[0]).toMatchObject({ name, shape: [2, 4] });
});
