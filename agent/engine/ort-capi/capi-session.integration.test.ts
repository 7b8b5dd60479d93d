import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testCell } from '../../../test/support/cells.ts';
import { slowModel } from '../../../test/support/slow-model.ts';
import { int64Product } from '../../../test/support/tiny-models.ts';
import { OrtCapiEngine } from './capi-engine.ts';
import type { CapiSession } from './capi-session.ts';
import { loadOrtCapi } from './load-capi.ts';

const directory = mkdtempSync(join(tmpdir(), 'orin-remote-capi-'));
const { main, files } = slowModel({ nodes: 6 });
const x = Float32Array.from({ length: 1024 * 1024 }, (_, i) => (i % 7) / 7);
const engine = new OrtCapiEngine(loadOrtCapi(resolve('.'), null), null);
let session: CapiSession;

beforeAll(() => {
  const modelPath = join(directory, main);
  writeFileSync(modelPath, files[main] ?? new Uint8Array());
  session = engine.open(testCell('slow', 'slow', [], { engine: 'ort-capi' }), modelPath);
  session.bind([{ name: 'x', dtype: 'float32', shape: [1024, 1024], data: x }]);
});
afterAll(() => {
  session.close();
  rmSync(directory, { recursive: true });
});

/** Turns of the event loop until `work` is done. */
async function turnsDuring(work: Promise<void>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => {
    isDone = true;
  });
  return turns;
}

test('an asynchronous run gives what a blocking one gives, and leaves this thread free meanwhile', async () => {
  session.run();
  const [blocking] = session.outputs().map(({ data }) => [...data]);
  x.reverse();
  session.run();
  const [reversed] = session.outputs().map(({ data }) => [...data]);
  expect(reversed).not.toEqual(blocking);
  x.reverse();
  // A blocking run would let none through.
  expect(await turnsDuring(session.runAsync())).toBeGreaterThan(10);
  expect(session.outputs().map(({ data }) => [...data])).toEqual([blocking]);
});

test('a garbage collection leaves the library where it is', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  // Handles are finalised in a later turn.
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(readFileSync('/proc/self/maps', 'utf8')).toContain('libonnxruntime.so');
  session.run();
});

test('a kernel that wants more stack than a thread of koffi has runs in both ways', async () => {
  const size = 100;
  const modelPath = join(directory, 'product.onnx');
  writeFileSync(modelPath, int64Product(size));
  const product = engine.open(testCell('p', 'p', [], { engine: 'ort-capi' }), modelPath);
  const data = new BigInt64Array(size * size).fill(1n);
  product.bind([{ name: 'x', dtype: 'int64', shape: [size, size], data }]);
  product.run();
  expect(product.outputs()[0]?.data[0]).toBe(BigInt(size));
  data.fill(2n);
  await product.runAsync();
  expect(product.outputs()[0]?.data[0]).toBe(BigInt(4 * size));
  product.close();
});

test('a run under way is ended, and no later one begins', async () => {
  const run = session.runAsync();
  setTimeout(() => session.terminate(), 20);
  await expect(run).rejects.toThrow('Exiting due to terminate flag being set to true');
  expect(() => session.run()).toThrow('terminate flag');
  await expect(session.runAsync()).rejects.toThrow('terminate flag');
});
