import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { builtInModels, isBuiltIn, makeBuiltIn } from './built-in.ts';
import { RandomStream } from './generate/random.ts';
import { inspectModel } from './inspect/inspect-model.ts';

const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');

const itemShapes: Readonly<Record<string, readonly number[]>> = {
  'mlp-tiny': [784],
  null: [1],
};

function inputsOf(name: string, items: number): Float32Array {
  const shape = itemShapes[name] ?? [3, 32, 32];
  const random = new RandomStream(1, 'test input');
  return Float32Array.from(
    { length: items * shape.reduce((product, dim) => product * dim, 1) },
    () => random.nextUniform() * 2 - 1,
  );
}

async function run(name: string, items: number, bytes = makeBuiltIn(name)) {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(bytes, options);
  const dims = [items, ...(itemShapes[name] ?? [3, 32, 32])];
  const feeds = { input: new ort.Tensor('float32', inputsOf(name, items), dims) };
  const { logits } = await session.run(feeds);
  await session.release();
  return { dims: logits?.dims, values: [...((logits?.data as Float32Array | undefined) ?? [])] };
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

test.each(builtInModels)('$name is the same file as ever', ({ name, sha256 }) => {
  expect(createHash('sha256').update(makeBuiltIn(name)).digest('hex')).toBe(sha256);
});

test('two generations give the same bytes', () => {
  expect(Buffer.compare(makeBuiltIn('mlp-tiny'), makeBuiltIn('mlp-tiny'))).toBe(0);
});

test.each(builtInModels.map(({ name }) => name))(
  '%s runs, answers each input differently and each row alike in any batch',
  async (name) => {
    const bytes = makeBuiltIn(name);
    const one = await run(name, 1, bytes);
    const four = await run(name, 4, bytes);
    const width = name === 'null' ? 1 : 10;
    expect(one.dims).toEqual([1, width]);
    expect(four.dims).toEqual([4, width]);
    expect(four.values.every(Number.isFinite)).toBe(true);
    const tolerance = name.endsWith('fp16') ? 1e-2 : 1e-4;
    expect(largestDifference(one.values, four.values.slice(0, width))).toBeLessThan(tolerance);
    for (let row = 1; row < 4; row++) {
      const other = four.values.slice(row * width, (row + 1) * width);
      expect(largestDifference(one.values, other)).toBeGreaterThan(5 * tolerance);
    }
  },
);

test.each(['resnet34-cifar10', 'resnet34-cifar10-nopool'])(
  '%s in half precision answers nearly the same',
  async (name) => {
    const single = await run(name, 2);
    const half = await run(name, 2, makeBuiltIn(`${name}-fp16`));
    const difference = largestDifference(single.values, half.values);
    expect(difference).toBeLessThan(1e-2);
    expect(difference).toBeGreaterThan(0);
  },
);

test('ResNet-34 has its parameters and its work', async () => {
  const facts = await inspectModel({
    name: 'resnet34-cifar10',
    bytes: makeBuiltIn('resnet34-cifar10'),
  });
  // torchvision's ResNet-34 trunk without BatchNorm, one bias per channel instead, 10 classes.
  expect(facts.parameters.count).toBe(21_281_290);
  expect(facts.inputs).toEqual([{ name: 'input', dtype: 'float32', shape: ['N', 3, 32, 32] }]);
  expect(facts.outputs).toEqual([{ name: 'logits', dtype: 'float32', shape: ['N', 10] }]);
  expect(facts.nodes.byOp.slice(0, 3)).toEqual([
    { op: 'Conv', count: 36 },
    { op: 'Relu', count: 33 },
    { op: 'Add', count: 16 },
  ]);
  expect(facts.flops).toMatchObject({ estimatedNodes: 37, unknownNodes: 0 });
  expect(facts.flops?.batch).toEqual({ size: 1, from: 'named', dimension: 'N' });
  // Layer by layer: stem, 3 blocks at 8², 4 at 4², 6 at 2², 3 at 1², projections, classifier.
  const macs =
    64 * 3 * 49 * 16 ** 2 +
    6 * 64 * 64 * 9 * 8 ** 2 +
    (128 * 64 * 9 + 7 * 128 * 128 * 9 + 128 * 64) * 4 ** 2 +
    (256 * 128 * 9 + 11 * 256 * 256 * 9 + 256 * 128) * 2 ** 2 +
    (512 * 256 * 9 + 5 * 512 * 512 * 9 + 512 * 256) +
    5120;
  expect(facts.flops?.total).toBe(2 * macs);
});

test('a name that is none of ours is answered with ours and the nearest', () => {
  expect(isBuiltIn('null')).toBe(true);
  expect(isBuiltIn('resnet-34-cifar10')).toBe(false);
  expect(() => makeBuiltIn('resnet-34-cifar10')).toThrow(
    expect.objectContaining({
      code: 'model-unreadable',
      why: expect.stringContaining('mlp-tiny, null'),
      next: 'did you mean resnet34-cifar10?',
    }),
  );
});
