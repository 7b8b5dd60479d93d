import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeBuiltIn } from '../built-in.ts';
import type { ModelError } from '../model-error.ts';
import { encodeModel } from '../onnx/codec.ts';
import type { Draft, GraphProto } from '../onnx/messages.ts';
import { inspectModel } from './inspect-model.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orin-remote-models-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const int64s = (...values: readonly number[]) =>
  new Uint8Array(BigInt64Array.from(values, BigInt).buffer);

function value(name: string, dims: readonly (number | string)[], elemType = 1) {
  const dim = dims.map((each) =>
    typeof each === 'number' ? { dimValue: each } : { dimParam: each },
  );
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function encodeGraph(graph: Draft<GraphProto>): Uint8Array {
  return encodeModel({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
}

const inspectGraph = (graph: Draft<GraphProto>, request = {}) =>
  inspectModel({ name: 'test', bytes: encodeGraph(graph) }, request);

/** [N, 4] × [4, 2] with the weights in `weights.bin`. */
function externalModel(entries: Readonly<Record<string, string>>): Uint8Array {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return encodeGraph({
    name: 'external',
    node: [{ name: 'mm', opType: 'MatMul', input: ['x', 'w'], output: ['y'] }],
    initializer: [{ name: 'w', dims: [4, 2], dataType: 1, dataLocation: 1, externalData }],
    input: [value('x', ['N', 4])],
    output: [value('y', ['N', 2])],
  });
}

async function inspectExternal(entries: Readonly<Record<string, string>>, allowsLinks = false) {
  const file = path.join(directory, 'model.onnx');
  await writeFile(file, externalModel(entries));
  return inspectModel(file, {}, allowsLinks);
}

test('external data is found beside the model, and ONNX Runtime reads the same', async () => {
  const weights = Float32Array.from({ length: 10 }, (_, i) => i);
  await writeFile(path.join(directory, 'weights.bin'), weights);
  const facts = await inspectExternal({ location: './weights.bin', offset: '8', length: '32' });
  expect(facts.files.map((file) => file.path)).toEqual(['model.onnx', 'weights.bin']);
  expect(facts.files[1]).toMatchObject({ sizeBytes: 40 });
  expect(facts.parameters).toMatchObject({ count: 8, bytes: 32 });
  expect(facts.flops).toMatchObject({ total: 16, estimatedNodes: 1 });

  const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');
  const session = await ort.InferenceSession.create(facts.files[0]?.location ?? '');
  const result = await session.run({ x: new ort.Tensor('float32', [1, 0, 0, 0], [1, 4]) });
  expect(result.y?.data).toEqual(Float32Array.of(2, 3));
});

test('external data that is missing or cut is named', async () => {
  await expect(inspectExternal({ location: 'gone.bin' })).rejects.toMatchObject({
    code: 'external-data-missing',
    message: `model.onnx needs ${path.join(directory, 'gone.bin')}`,
  });
  await writeFile(path.join(directory, 'cut.bin'), new Uint8Array(20));
  const cut = inspectExternal({ location: 'cut.bin', length: '32' });
  await expect(cut).rejects.toMatchObject({ why: 'it has 20 bytes, tensor "w" needs 32' });
  // The length may be left out: it is that of the tensor.
  const unsized = inspectExternal({ location: 'cut.bin' });
  await expect(unsized).rejects.toMatchObject({ why: 'it has 20 bytes, tensor "w" needs 32' });
});

test('external data that is a link out of the directory of its model is followed only where a person says so', async () => {
  const elsewhere = await mkdtemp(path.join(tmpdir(), 'orin-elsewhere-'));
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  const secret = path.join(elsewhere, 'id_rsa');
  await writeFile(secret, Buffer.alloc(32));
  await symlink(secret, path.join(directory, 'out.bin'));
  const data = { location: 'out.bin', length: '32' };
  await expect(inspectExternal(data)).rejects.toMatchObject({
    code: 'model-unsupported',
    next: expect.stringContaining('--allow-links'),
  });
  expect((await inspectExternal(data, true)).files[1]).toMatchObject({ sizeBytes: 32 });
});

test('external data may be a link within the directory of its model', async () => {
  await writeFile(path.join(directory, 'blob'), new Uint8Array(32));
  await symlink('blob', path.join(directory, 'linked.bin'));
  const facts = await inspectExternal({ location: 'linked.bin', length: '32' });
  expect(facts.files[1]).toMatchObject({ path: 'linked.bin', sizeBytes: 32 });
});

test.each([
  ['/etc/passwd', 'is absolute'],
  ['../weights.bin', 'leaves the model'],
  ['sub/../../weights.bin', 'leaves the model'],
  ['C:\\weights.bin', 'backslash'],
  ['c:weights.bin', 'is absolute'],
  ['a\nb', 'control character'],
  ['.', 'leaves the model'],
  ['', 'no location'],
  ['model.onnx', 'model file itself'],
])('external data at %j is refused', async (location, why) => {
  await expect(inspectExternal({ location })).rejects.toMatchObject({
    code: 'model-unsupported',
    why: expect.stringContaining(why),
  });
});

test('an external offset that is no number is refused', async () => {
  const refused = inspectExternal({ location: 'weights.bin', offset: '1e3' });
  await expect(refused).rejects.toMatchObject({ code: 'model-unsupported' });
});

async function refusalOf(bytes: Uint8Array | string): Promise<ModelError> {
  const file = path.join(directory, 'bad.onnx');
  await writeFile(file, bytes);
  return inspectModel(file).then(
    () => Promise.reject(new Error('accepted')),
    (error: ModelError) => error,
  );
}

test('files that are no ONNX model are refused with the reason', async () => {
  const lfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
  const reasons = {
    empty: await refusalOf(''),
    text: await refusalOf('just a text file\n'),
    lfs: await refusalOf(lfs),
    zip: await refusalOf('PK\u0003\u0004rest'),
    ort: await refusalOf('\u0010\u0000\u0000\u0000ORTM'),
    noGraph: await refusalOf(encodeModel({ irVersion: 8 })),
    noOpset: await refusalOf(encodeModel({ irVersion: 8, graph: { output: [value('y', [1])] } })),
  };
  expect(
    Object.fromEntries(Object.entries(reasons).map(([k, e]) => [k, [e.code, e.why]])),
  ).toMatchInlineSnapshot(`
    {
      "empty": [
        "model-unreadable",
        "the file is empty",
      ],
      "lfs": [
        "model-unsupported",
        "it is a Git LFS pointer, not the file it stands for",
      ],
      "noGraph": [
        "model-unreadable",
        "it holds no graph",
      ],
      "noOpset": [
        "model-unreadable",
        "it names no operator set",
      ],
      "ort": [
        "model-unsupported",
        "it is in the ORT format, which holds a graph already optimized for one machine",
      ],
      "text": [
        "model-unreadable",
        "it ends in the middle, or was never ONNX",
      ],
      "zip": [
        "model-unsupported",
        "it is a zip archive: a PyTorch checkpoint or a packed model",
      ],
    }
  `);
  expect(reasons.lfs.next).toContain('git lfs pull');
});

test('a model cut anywhere is refused, not misread', async () => {
  const whole = makeBuiltIn('mlp-tiny');
  const file = path.join(directory, 'cut.onnx');
  await writeFile(file, whole);
  for (const length of [whole.length - 1, whole.length - 40, 200_000, 1000, 60, 3]) {
    await truncate(file, length);
    await expect(inspectModel(file)).rejects.toMatchObject({ code: 'model-unreadable' });
  }
});

test('no bytes make it throw anything but a ModelError', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
      const outcome = await inspectModel({ name: 'noise', bytes }).catch((error) => error);
      if (outcome instanceof Error) expect(outcome.name).toBe('ModelError');
    }),
  );
});

test('a directory and a missing file are told apart', async () => {
  await expect(inspectModel(directory)).rejects.toMatchObject({ why: 'it is a directory' });
  await expect(inspectModel(path.join(directory, 'no.onnx'))).rejects.toMatchObject({
    code: 'model-unreadable',
    why: expect.stringContaining('ENOENT'),
  });
});

test('initializers are no inputs, sequences are named, subgraphs are counted', async () => {
  const branch = {
    name: 'then',
    node: [{ name: 'b', opType: 'MatMul', input: ['x', 'w'], output: ['b'] }],
    initializer: [{ name: 'w', dims: [2, 2], dataType: 10, rawData: new Uint8Array(8) }],
  };
  const facts = await inspectGraph({
    name: 'old',
    node: [
      {
        name: 'if',
        opType: 'If',
        input: ['c'],
        output: ['y'],
        attribute: [{ name: 'then_branch', type: 5, g: branch }],
      },
      { name: 'g', opType: 'Gelu', domain: 'com.microsoft', input: ['x'], output: ['z'] },
    ],
    initializer: [{ name: 'k', dims: [3], dataType: 1, rawData: new Uint8Array(12) }],
    input: [
      value('x', [2, -1, 0, 'T']),
      value('k', [3]),
      value('c', [], 9),
      { name: 's', type: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } },
    ],
    output: [{ name: 'y' }],
  });
  expect(facts.inputs).toEqual([
    { name: 'x', dtype: 'float32', shape: [2, null, null, 'T'] },
    { name: 'c', dtype: 'bool', shape: [] },
    { name: 's', dtype: 'sequence', shape: null },
  ]);
  expect(facts.outputs).toEqual([{ name: 'y', dtype: 'unknown', shape: null }]);
  expect(facts.nodes.byOp).toEqual([
    { op: 'If', count: 1 },
    { op: 'MatMul', count: 1 },
    { op: 'com.microsoft.Gelu', count: 1 },
  ]);
  expect(facts.parameters.byDtype).toEqual([
    { dtype: 'float32', count: 3, bytes: 12 },
    { dtype: 'float16', count: 4, bytes: 8 },
  ]);
  expect(facts.flops).toBeNull();
});

test('shapes computed by exporters are followed: x.view(x.size(0), -1)', async () => {
  const graph = {
    name: 'view',
    node: [
      { opType: 'Shape', input: ['x'], output: ['s'] },
      { opType: 'Gather', input: ['s', 'zero'], output: ['n'] },
      { opType: 'Unsqueeze', input: ['n', 'axes'], output: ['n1'] },
      { opType: 'Concat', input: ['n1', 'minus'], output: ['target'], attribute: [axis0] },
      { opType: 'Reshape', input: ['x', 'target'], output: ['flat'] },
      { opType: 'MatMul', input: ['flat', 'w'], output: ['y'] },
    ],
    initializer: [
      { name: 'zero', dims: [], dataType: 7, rawData: int64s(0) },
      { name: 'axes', dims: [1], dataType: 7, int64Data: [0] },
      { name: 'minus', dims: [1], dataType: 7, rawData: int64s(-1) },
      { name: 'w', dims: [12, 5], dataType: 1, rawData: new Uint8Array(240) },
    ],
    input: [value('x', ['N', 3, 'H', 2])],
    output: [value('y', ['N', 5])],
  };
  const facts = await inspectGraph(graph, { batch: 7, overrides: { x: [null, 3, 2, 2] } });
  expect(facts.flops).toEqual({
    batch: { size: 7, from: 'named', dimension: 'N' },
    total: 2 * 7 * 5 * 12,
    perItem: 2 * 5 * 12,
    integerTotal: 0,
    integerPerItem: 0,
    estimatedNodes: 1,
    unknownNodes: 0,
    unknownByOp: [],
  });
});

test('grouped and transposed convolutions are counted as what they multiply', async () => {
  const weight = (name: string, dims: readonly number[]) => ({ name, dims, dataType: 1 });
  const facts = await inspectGraph({
    name: 'convolutions',
    node: [
      { opType: 'Conv', input: ['x', 'w'], output: ['a'], attribute: [group2] },
      { opType: 'ConvTranspose', input: ['a', 'v'], output: ['y'] },
    ],
    initializer: [weight('w', [6, 2, 3, 3]), weight('v', [6, 5, 2, 2])],
    input: [value('x', ['N', 4, 8, 8])],
    output: [value('y', ['N', 5, 7, 7])],
  });
  // 6×6×6 outputs of 2×3×3 products; 6×6×6 inputs of 5×2×2 products.
  expect(facts.flops?.total).toBe(2 * 216 * 18 + 2 * 216 * 20);
});

test('what cannot be estimated is counted', async () => {
  const facts = await inspectGraph({
    name: 'mixed',
    node: [
      { opType: 'NonZero', input: ['x'], output: ['a'] },
      { opType: 'MatMul', input: ['a', 'w'], output: ['b'] },
      { opType: 'NonZero', input: ['b'], output: ['c'] },
      { opType: 'MatMul', input: ['c', 'w'], output: ['d'] },
      { opType: 'DFT', input: ['d'], output: ['e'] },
    ],
    initializer: [{ name: 'w', dims: [4, 4], dataType: 1, rawData: new Uint8Array(64) }],
    input: [value('x', ['N', 4])],
    output: [value('e', ['N', 4])],
    valueInfo: [value('a', ['N', 4])],
  });
  expect(facts.flops).toMatchObject({
    total: 2 * 4 * 4,
    estimatedNodes: 1,
    unknownNodes: 2,
    unknownByOp: [
      { op: 'DFT', count: 1 },
      { op: 'MatMul', count: 1 },
    ],
  });
});

const group2 = { name: 'group', type: 2, i: 2 };
const axis0 = { name: 'axis', type: 2, i: 0 };
