import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { decodeModel, encodeModel, toNumber } from './codec.ts';

const small = {
  irVersion: 8,
  producerName: 'test',
  opsetImport: [{ domain: '', version: 17 }],
  graph: {
    name: 'g',
    node: [{ name: 'n', opType: 'Identity', input: ['x'], output: ['y'], attribute: [] }],
    initializer: [{ name: 'w', dims: [2], dataType: 2, rawData: Uint8Array.of(7, 9) }],
  },
};

test('what is encoded is decoded again, bytes as views of the file', () => {
  const bytes = encodeModel(small);
  const model = decodeModel(bytes);
  expect(toNumber(model.irVersion)).toBe(8);
  expect(model.graph?.node[0]?.opType).toBe('Identity');
  expect(model.functions).toEqual([]);
  const data = model.graph?.initializer[0]?.rawData;
  expect([...(data ?? [])]).toEqual([7, 9]);
  expect(data?.buffer).toBe(bytes.buffer);
});

test('field numbers and wire types are those of onnx.proto', () => {
  // Written by hand from the protobuf encoding rules: tag = number << 3 | wire type.
  const tensor = [0x08, 2, 0x10, 2, 0x42, 1, 0x77, 0x4a, 2, 7, 9];
  const node = [0x0a, 1, 0x78, 0x12, 1, 0x79, 0x1a, 1, 0x6e, 0x22, 8, ...Buffer.from('Identity')];
  const graph = [0x0a, node.length, ...node, 0x12, 1, 0x67, 0x2a, tensor.length, ...tensor];
  const opset = [0x0a, 0, 0x10, 17];
  const producer = [0x12, 4, ...Buffer.from('test')];
  expect([...encodeModel(small)]).toEqual([
    ...[0x08, 8, ...producer, 0x3a, graph.length, ...graph, 0x42, opset.length, ...opset],
  ]);
});

test('a zero dimension and a named one are told apart from an absent one', () => {
  const dim = [{ dimValue: 0 }, { dimParam: 'N' }, {}];
  const type = { tensorType: { elemType: 1, shape: { dim } } };
  const model = decodeModel(encodeModel({ graph: { input: [{ name: 'x', type }] } }));
  const decoded = model.graph?.input[0]?.type?.tensorType?.shape?.dim;
  expect(decoded?.map((each) => each.value)).toEqual(['dimValue', 'dimParam', undefined]);
});

test('integers come in packed and unpacked form', () => {
  // TensorProto.dims (1): once unpacked 3, 4, once packed; GraphProto.initializer is 5,
  // ModelProto.graph 7.
  const asModel = (tensor: readonly number[]) =>
    Uint8Array.of(0x3a, tensor.length + 2, 0x2a, tensor.length, ...tensor);
  for (const tensor of [
    [0x08, 3, 0x08, 4],
    [0x0a, 2, 3, 4],
  ]) {
    const dims = decodeModel(asModel(tensor)).graph?.initializer[0]?.dims.map(toNumber);
    expect(dims).toEqual([3, 4]);
  }
});

test('the schema agrees with the one that onnxruntime-node was built with', async () => {
  const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');
  const float = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'N' }] } } },
  });
  const bytes = encodeModel({
    ...small,
    graph: {
      name: 'g',
      node: [{ name: 'n', opType: 'LeakyRelu', input: ['x'], output: ['y'], attribute: [alpha] }],
      input: [float('x')],
      output: [float('y')],
    },
  });
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const result = await session.run({ x: new ort.Tensor('float32', [-8, 8], [2]) });
  expect(result.y?.data).toEqual(Float32Array.of(-2, 8));
});

const alpha = { name: 'alpha', type: 1, f: 0.25 };
