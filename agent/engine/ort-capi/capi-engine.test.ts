import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testCell } from '../../../test/support/cells.ts';
import { EngineRefusal } from '../engine.ts';
import type { Capi } from './capi.ts';
import { OrtCapiEngine } from './capi-engine.ts';

/**
 * A library with TensorRT, as none can be had without a GPU: its sessions are made unless `create`
 * throws.
 */
function tensorRtLibrary(create: () => void, options: string[][]): Capi {
  const library: Partial<Capi> = {
    library: { path: '/opt/libonnxruntime.so', version: '1.23.0' },
    koffi: {
      alloc: () => 1n,
      view: (_at: bigint, bytes: number) => new ArrayBuffer(bytes),
    } as never,
    create: (name) => {
      if (name === 'createSession') create();
      return 1n;
    },
    call: (name, _provider, keys, values) => {
      if (name === 'updateTensorRtOptions')
        options.push((keys as string[]).map((key, i) => `${key}=${(values as string[])[i]}`));
    },
    number: () => 0,
    release: () => {},
    availableProviders: () => ['TensorrtExecutionProvider'],
  };
  return library as Capi;
}

const cell = testCell('a', 'm', [], { engine: 'ort-capi', ep: 'tensorrt', precision: 'fp16' });

test('a session that kept engines keep from being made is made without them', () => {
  const cache = mkdtempSync(join(tmpdir(), 'orin-remote-capi-'));
  const stale = join(cache, 'graph_sm87.engine');
  writeFileSync(stale, 'of another TensorRT');
  const options: string[][] = [];
  const refuse = () => {
    if (existsSync(stale))
      throw new EngineRefusal('TensorRT EP could not deserialize engine from cache: graph');
  };
  new OrtCapiEngine(tensorRtLibrary(refuse, options), cache).open(cell, '/m.onnx');
  expect(existsSync(stale)).toBe(false);
  expect(options).toEqual([
    ['trt_fp16_enable=1', 'trt_engine_cache_enable=1', `trt_engine_cache_path=${cache}`],
  ]);
  rmSync(cache, { recursive: true });
});

test('what it refuses for another reason is told with the library that said so', () => {
  const refuse = () => {
    throw new EngineRefusal('Protobuf parsing failed.');
  };
  const engine = new OrtCapiEngine(tensorRtLibrary(refuse, []), null);
  expect(() => engine.open(cell, '/m.onnx')).toThrow(
    'Protobuf parsing failed. (ONNX Runtime 1.23.0, /opt/libonnxruntime.so)',
  );
});
