import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dimension } from '../../models/facts.ts';
import { inspectModel } from '../../models/inspect/inspect-model.ts';
import { encodeModel } from '../../models/onnx/codec.ts';
import type { StoreFile } from '../push/store-file.ts';
import { type InputRequest, parseDataSet, prepareInputs } from './cell-inputs.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orin-remote-inputs-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const FLOAT = 1;
const INT64 = 7;

async function model(
  inputs: Readonly<Record<string, readonly [elemType: number, shape: readonly Dimension[]]>>,
) {
  const input = Object.entries(inputs).map(([name, [elemType, shape]]) => {
    const dim = shape.map((each) => {
      if (each === null) return {};
      return typeof each === 'number' ? { dimValue: each } : { dimParam: each };
    });
    return { name, type: { tensorType: { elemType, shape: { dim } } } };
  });
  const bytes = encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: { input, output: [{ name: 'y' }] },
  });
  return { facts: await inspectModel({ name: 'm', bytes }) };
}

function request(more: Partial<InputRequest>): InputRequest {
  return {
    batches: [1],
    shapes: {},
    ranges: {},
    distribution: 'uniform',
    files: {},
    data: null,
    seed: 1,
    ...more,
  };
}

function bytesOf(file: StoreFile | undefined): Buffer {
  if (file?.source.kind !== 'bytes') throw new Error('not in memory');
  return Buffer.from(file.source.bytes);
}

async function saveArray(name: string, shape: readonly number[], values: readonly number[]) {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`.padEnd(117);
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length + 1, 0]);
  const data = new Uint8Array(Float32Array.from(values).buffer);
  const file = path.join(directory, name);
  await writeFile(file, Buffer.concat([start, Buffer.from(`${header}\n`), data]));
  return file;
}

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

test('a .npy array gives its first rows, and its sizes to free dimensions', async () => {
  const m = await model({ x: [FLOAT, ['N', 'T']], mask: [FLOAT, ['N', 'T']] });
  const file = await saveArray('rows.npy', [3, 2], [1, 2, 3, 4, 5, 6]);
  const { byBatch, files } = await prepareInputs(m, request({ batches: [2], files: { x: file } }));
  expect(byBatch.get(2)?.map((input) => input.shape)).toEqual([
    [2, 2],
    [2, 2],
  ]);
  const bytes = bytesOf(files[0]);
  expect([0, 4, 8, 12].map((at) => bytes.readFloatLE(at))).toEqual([1, 2, 3, 4]);
  expect(bytes).toHaveLength(16);
});

test('an array that does not fit is refused with both shapes', async () => {
  const m = await model({ x: [FLOAT, ['N', 3]], k: [INT64, [2]] });
  const refusal = async (name: string, shape: readonly number[], batches = [1]) => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    const file = await saveArray('bad.npy', shape, new Array<number>(size).fill(0));
    const files = { [name]: file };
    return prepareInputs(m, request({ files, batches })).catch((error) => error);
  };
  expect(await refusal('x', [1, 4])).toMatchObject({
    code: 'input-mismatch',
    why: 'it is 1x4, the input takes 1x3',
  });
  expect(await refusal('x', [3])).toMatchObject({ why: 'it is 3, the input takes 1x3' });
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

test('free dimensions come out as the error that people see', async () => {
  const m = await model({ x: [FLOAT, ['N', 'T']] });
  await expect(prepareInputs(m, request({}))).rejects.toMatchObject({
    name: 'OrinError',
    code: 'free-dimension',
    exitCode: 2,
  });
  const { byBatch } = await prepareInputs(m, request({ shapes: { x: [1, 9] }, batches: [2] }));
  expect(byBatch.get(2)?.[0]?.shape).toEqual([2, 9]);
});

test('CIFAR-10 goes to the input that it fits, the others are seeded', async () => {
  const file = path.join(directory, 'test_batch.bin');
  await writeFile(file, Buffer.alloc(3073 * 2));
  const data = parseDataSet(`cifar10:${file}`) ?? null;
  const m = await model({ scale: [FLOAT, [1]], image: [FLOAT, ['N', 3, 32, 32]] });
  const { byBatch, files } = await prepareInputs(m, request({ data, batches: [1, 4] }));
  expect(byBatch.get(4)?.[1]).toMatchObject({
    name: 'image',
    shape: [4, 3, 32, 32],
    source: { kind: 'cifar10', records: 2 },
  });
  expect(byBatch.get(4)?.[0]).toMatchObject({ source: { kind: 'fixed' } });
  expect(files.map((each) => each.source.kind)).toEqual(['bytes', 'path']);
  for (const inputs of [{ x: [FLOAT, ['N', 784]] }, { x: [INT64, ['N', 3, 32, 32]] }] as const) {
    const other = await model(inputs);
    await expect(prepareInputs(other, request({ data }))).rejects.toMatchObject({
      code: 'input-mismatch',
      message: 'CIFAR-10 images do not fit m',
    });
  }
});

test('what cannot be fed or would not fit in memory is refused', async () => {
  const odd = await model({ x: [16, ['N']] });
  await expect(prepareInputs(odd, request({}))).rejects.toMatchObject({
    code: 'model-unsupported',
    message: 'm cannot be fed: input x is of type bfloat16',
  });
  const large = await model({ x: [FLOAT, ['N', 1_000_000]] });
  await expect(prepareInputs(large, request({ batches: [1000] }))).rejects.toMatchObject({
    message: 'input x is too large',
    why: expect.stringContaining('3.7 GiB'),
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

test('a range beside given values is refused, not ignored', async () => {
  const { facts } = await model({ x: [FLOAT, ['N', 4]] });
  const files = { x: await saveArray('ranged.npy', [1, 4], [1, 2, 3, 4]) };
  const ranges = { x: { min: '0', max: '1' } };
  await expect(prepareInputs({ facts }, request({ files, ranges }))).rejects.toMatchObject({
    code: 'input-mismatch',
    message: '--range does not apply to input x',
  });
});
