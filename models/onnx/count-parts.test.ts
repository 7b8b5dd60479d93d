import { expect, test } from 'vitest';
import { inspectModel } from '../inspect/inspect-model.ts';
import { encodeModel } from './codec.ts';
import { countParts } from './count-parts.ts';

const many = { messages: 1e9, values: 1e9 };

test('parts are counted as the decoder makes them', () => {
  const bytes = encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [{ opType: 'Add', input: ['x', 'y'], output: ['z'] }],
      initializer: [{ name: 'w', dims: [2, 3], int64Data: [1, 300, 70_000] }],
    },
  });
  // Model, operator set, graph, node, tensor; version; three names; type; name, two dimensions, three values; two of the set.
  expect(countParts(bytes, many)).toEqual({ messages: 5, values: 13 });
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
  ['packed numbers', field(5, field(7, new Uint8Array(30_000_000)))],
])('%s of 30 MB are refused before anything is made of them', async (_, graph) => {
  const bytes = Buffer.concat([Uint8Array.of(8, 8), field(7, graph)]);
  const before = process.memoryUsage().rss;
  await expect(inspectModel({ name: 'many', bytes })).rejects.toMatchObject({
    code: 'model-unsupported',
    message: 'many has more parts than any model',
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
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
