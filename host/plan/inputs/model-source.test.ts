import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInModels, makeBuiltIn } from '../../../models/built-in.ts';
import { encodeModel } from '../../../models/onnx/codec.ts';
import { externalModel, unaryModel } from '../../../test/support/tiny-models.ts';
import { hashBytes } from '../../workstation/hash-file.ts';
import { loadModel } from './model-source.ts';

let directory = '';
let cache = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orin-remote-source-'));
  cache = path.join(directory, 'cache');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('a built-in is generated once, and again when its copy was damaged', async () => {
  const first = await loadModel('mlp-tiny', cache);
  const { sha256 } = builtInModels.find(({ name }) => name === 'mlp-tiny') ?? { sha256: '' };
  const copy = path.join(cache, 'models', `${sha256}.onnx`);
  expect(first.files).toMatchObject([
    { sha256, name: 'mlp-tiny.onnx', source: { kind: 'path', path: copy } },
  ]);
  expect(first.planModel).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    name: 'mlp-tiny',
    main: 'mlp-tiny.onnx',
    files: [{ path: 'mlp-tiny.onnx', sha256, sizeBytes: first.files[0]?.sizeBytes }],
  });
  await truncate(copy, 1000);
  expect(await loadModel('mlp-tiny', cache)).toEqual(first);
  expect(hashBytes(await readFile(copy))).toBe(sha256);
  expect(await readdir(path.join(cache, 'models'))).toEqual([`${sha256}.onnx`]);
});

test('a cache that cannot be written costs nothing but time', async () => {
  const blocked = path.join(directory, 'blocked');
  await writeFile(blocked, 'a file where a directory should be');
  const { files } = await loadModel('null', blocked);
  expect(files).toMatchObject([{ source: { kind: 'bytes' } }]);
});

test('a file name with control characters reaches the board as it is and people without them', async () => {
  const name = 'a\u001b[31m\nb.onnx';
  await writeFile(path.join(directory, name), makeBuiltIn('null'));
  const { planModel } = await loadModel(path.join(directory, name), cache);
  expect(planModel).toMatchObject({ main: name, name: 'a b.onnx', files: [{ path: name }] });
});

test('a file is hashed and named safely, its external data beside it', async () => {
  const externalData = [{ key: 'location', value: 'data/w.bin' }];
  const type = { tensorType: { elemType: 10, shape: { dim: [{ dimValue: 2 }] } } };
  const bytes = encodeModel({
    irVersion: 8,
    producerName: 'pytorch',
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
      initializer: [{ name: 'w', dims: [2], dataType: 10, dataLocation: 1, externalData }],
      input: [{ name: 'x', type }],
      output: [{ name: 'y', type }],
    },
  });
  const main = path.join(directory, 'my model (1).onnx');
  await writeFile(main, bytes);
  await expect(loadModel(main, cache)).rejects.toMatchObject({ code: 'external-data-missing' });
  const data = path.join(directory, 'data');
  await mkdir(data);
  await writeFile(path.join(data, 'w.bin'), Uint8Array.of(1, 2, 3, 4));
  const loaded = await loadModel(main, cache);
  expect(loaded.planModel).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    name: 'my model (1).onnx',
    main: 'my model (1).onnx',
    files: [
      { path: 'my model (1).onnx', sha256: hashBytes(bytes), sizeBytes: bytes.length },
      { path: 'data/w.bin', sha256: hashBytes(Uint8Array.of(1, 2, 3, 4)), sizeBytes: 4 },
    ],
  });
  expect(loaded.precision).toBe('fp16');
  expect(loaded.files.map((file) => file.source)).toEqual([
    { kind: 'path', path: main },
    { kind: 'path', path: path.join(data, 'w.bin') },
  ]);
  expect(loaded.summary).toMatchObject({ origin: 'file', producer: 'pytorch', parameters: 2 });
  expect(JSON.stringify(loaded.summary)).not.toContain(directory);
});

test('a name that is neither model nor file is answered with what there is', async () => {
  await expect(loadModel('resnet34-cifar-10', cache)).rejects.toMatchObject({
    name: 'OrinError',
    code: 'model-unreadable',
    exitCode: 2,
    message: 'there is no model resnet34-cifar-10',
    next: 'did you mean resnet34-cifar10?',
  });
  await expect(loadModel('gone.onnx', cache)).rejects.toMatchObject({
    message: 'cannot read model gone.onnx',
  });
});

test('a file may bear the name of a built-in', async () => {
  const file = path.join(directory, 'null');
  await writeFile(file, makeBuiltIn('mlp-tiny'));
  expect((await loadModel(file, cache)).facts.parameters.count).toBeGreaterThan(0);
});

test('an id is that of the content: of the name and place of the file it tells nothing', async () => {
  const idOf = async (name: string, bytes: Uint8Array, weights?: Uint8Array) => {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    if (weights) await writeFile(path.join(path.dirname(file), 'w.bin'), weights);
    return (await loadModel(file, cache)).planModel.id;
  };
  const [one, other] = [makeBuiltIn('null'), makeBuiltIn('mlp-tiny')];
  const id = await idOf('ids/a b.onnx', one);
  expect(await idOf('ids/a-b.onnx', one)).toBe(id);
  expect((await loadModel('null', cache)).planModel.id).toBe(id);
  const different = [
    id,
    await idOf('ids/a-b.onnx', other),
    await idOf('ids/null.onnx', unaryModel([1])),
    await idOf('x/m.onnx', externalModel('w.bin'), new Uint8Array(32)),
    await idOf('y/m.onnx', externalModel('w.bin'), new Uint8Array(32).fill(1)),
  ];
  expect(new Set(different).size).toBe(different.length);
  const same = await idOf('z/n.onnx', externalModel('w.bin'), new Uint8Array(32));
  expect(same).toBe(different[3]);
});

test('a cancelled load ends', async () => {
  const file = path.join(directory, 'cancelled.onnx');
  await writeFile(file, makeBuiltIn('mlp-tiny'));
  await expect(loadModel(file, cache, AbortSignal.abort())).rejects.toMatchObject({
    name: 'AbortError',
  });
});
