import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EngineRefusal } from './engine.ts';
import { overKeptEngines, refusedEngines } from './engine-cache.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'orin-remote-engines-'));
});
afterEach(() => rmSync(cache, { recursive: true }));

const stale = () => join(cache, 'TensorrtExecutionProvider_TRTKernel_graph_0_sm87.engine');
/** As ONNX Runtime says it of a file of another TensorRT. */
const refusal = new EngineRefusal('TensorRT EP could not deserialize engine from cache: x.engine');

test('engines that TensorRT does not load are removed, and built anew once', () => {
  writeFileSync(stale(), 'of another release');
  writeFileSync(join(cache, 'timing.cache'), 'kept');
  const opened = overKeptEngines(cache, () => {
    if (existsSync(stale())) throw refusal;
    return 'a session';
  });
  expect(opened).toBe('a session');
  expect(existsSync(join(cache, 'timing.cache'))).toBe(true);
});

test('what fails without them, or for another reason, fails; nothing is removed for it', () => {
  let tries = 0;
  const fail = (error: Error) => () => {
    tries += 1;
    throw error;
  };
  expect(() => overKeptEngines(cache, fail(refusal))).toThrow(refusal);
  expect(tries).toBe(1);
  writeFileSync(stale(), 'an engine');
  // As ONNX Runtime says of a model's own weights.
  const weights = new EngineRefusal('Deserialize tensor fc.weight failed: out of memory');
  expect(() => overKeptEngines(cache, fail(weights))).toThrow('memory');
  expect(() => overKeptEngines(null, fail(refusal))).toThrow(refusal);
  expect(existsSync(stale())).toBe(true);
  expect(() => overKeptEngines(cache, fail(refusal))).toThrow(refusal);
  expect(tries).toBe(5);
});

test('a first run that kept engines may have failed says which to remove; others say nothing of them', () => {
  const failed = new EngineRefusal('TensorRT EP Failed to Build Engine.');
  expect(refusedEngines(failed, cache).next).toBeNull();
  writeFileSync(stale(), 'an engine');
  expect(refusedEngines(failed, cache)).toMatchObject({
    message: failed.message,
    next: expect.stringContaining(`rm -r ${cache}`),
  });
  expect(refusedEngines(new EngineRefusal('out of memory'), cache).next).toBeNull();
  expect(refusedEngines(failed, null).next).toBeNull();
});
