import { expect, test } from 'vitest';
import { inspectModel } from '../inspect/inspect-model.ts';
import { encodeModel } from './codec.ts';
import { decodedBytes, mostDecodedBytes } from './decoded-bytes.ts';

test('parts are counted as the decoder makes them', () => {
  const bytes = encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [{ opType: 'Add', input: ['x', 'y'], output: ['z'] }],
      initializer: [{ name: 'w', dims: [2, 3], int64Data: [1, 300, 70_000] }],
    },
  });
  // Model, operator set, graph, node, tensor; version; three names; type; name, two dimensions,
  // three values; two of the set.
  expect(decodedBytes(bytes, 1e9)).toBe(5 * 160 + 13 * 46);
});

/** A field of that number with these bytes in it. */
function field(number: number, content: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Uint8Array.of(number * 8 + 2, ...length), content]);
}

test.each([
  ['empty nodes', Buffer.alloc(30_000_000).fill(Uint8Array.of(0x0a, 0))],
  ['packed numbers', field(5, field(7, new Uint8Array(40_000_000)))],
])('%s of some megabytes are refused before anything is made of them', async (_, graph) => {
  const bytes = Buffer.concat([Uint8Array.of(8, 8), field(7, graph)]);
  const before = process.memoryUsage().rss;
  await expect(inspectModel({ name: 'many', bytes })).rejects.toMatchObject({
    code: 'model-unsupported',
    message: 'many has more parts than any model',
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

test('a graph of 100,000 convolutions with the shapes of all tensors is read', async () => {
  const value = (at: number) => ({
    name: `t${at}`,
    type: {
      tensorType: { elemType: 1, shape: { dim: [1, 8, 32, 32].map((dimValue) => ({ dimValue })) } },
    },
  });
  const attribute = ['dilations', 'kernel_shape', 'pads', 'strides'].map((name) => ({
    name,
    type: 7,
    ints: name === 'pads' ? [0, 0, 0, 0] : [1, 1],
  }));
  const steps = Array.from({ length: 100_000 }, (_, at) => at);
  const bytes = encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: steps.map((at) => ({
        name: `conv${at}`,
        opType: 'Conv',
        input: [`t${at}`, 'w'],
        output: [`t${at + 1}`],
        attribute,
      })),
      initializer: [{ name: 'w', dims: [8, 8, 1, 1], dataType: 1, rawData: new Uint8Array(256) }],
      input: [value(0)],
      output: [value(steps.length)],
      valueInfo: steps.slice(1).map(value),
    },
  });
  expect(decodedBytes(bytes, mostDecodedBytes)).toBeLessThan(mostDecodedBytes / 4);
  const { nodes } = await inspectModel({ name: 'large', bytes });
  expect(nodes.total).toBe(steps.length);
}, 120_000);

test('an ensemble of trees with three million nodes is within the bound', () => {
  // Nine arrays of numbers and one of names, as sklearn-onnx writes them.
  const attribute = field(5, field(8, Buffer.alloc(3_000_000, 1)));
  const graph = field(1, Buffer.concat(Array.from({ length: 9 }, () => attribute)));
  expect(decodedBytes(field(7, graph), mostDecodedBytes)).toBeLessThan(mostDecodedBytes);
});

test('graphs within graphs without end are no model', async () => {
  let graph = field(1, new Uint8Array());
  // GraphProto.node, NodeProto.attribute, AttributeProto.g
  for (let depth = 0; depth < 5000; depth += 1) graph = field(1, field(5, field(6, graph)));
  const bytes = Buffer.concat([Uint8Array.of(8, 8), field(7, graph)]);
  await expect(inspectModel({ name: 'deep', bytes })).rejects.toMatchObject({
    code: 'model-unreadable',
  });
});
