import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testCell } from '../../test/support/cells.ts';
import { EngineRefusal } from './engine.ts';
import { refuseMissingProvider, refuseSettings, sessionRefusal } from './refusals.ts';

/** What ONNX Runtime 1.30.0 was seen to say, so that our patterns hold against its real words. */
const seen = readFileSync('test/fixtures/ort/errors.txt', 'utf8');

function refusal(act: () => void): EngineRefusal {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineRefusal) return error;
  }
  throw new Error('nothing was refused');
}

test('the arm64 build, which would run on the CPU in silence, is never asked for a GPU', () => {
  for (const ep of ['cuda', 'tensorrt', 'webgpu'] as const) {
    const { message, next } = refusal(() => refuseMissingProvider(ep, ['cpu']));
    expect(message).toMatch(/has no (CUDA|TensorRT|WebGPU): it was built with cpu$/);
    expect(next).toMatch(/trtexec|docs\/gpu\//);
  }
  expect(() => refuseMissingProvider('cpu', ['cpu'])).not.toThrow();
});

test.each([
  ['cuda', 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library', 'CUDA'],
  [
    'tensorrt',
    'OrtSessionOptionsAppendExecutionProvider_TensorRT: Failed to load shared library',
    'TensorRT',
  ],
] as const)(
  '%s: a missing provider library is named, with ONNX Runtime’s words',
  (ep, words, name) => {
    expect(seen).toContain(words);
    const found = sessionRefusal(ep, new Error(words));
    expect(found.message).toBe(
      `the ${name} provider cannot be loaded: its library, or one that it needs, is missing\n${words}`,
    );
    expect(found.next).not.toBeNull();
  },
);

test('other words are passed on as they are', () => {
  const adapter = 'Failed to get a WebGPU adapter: No supported adapters';
  expect(seen).toContain(adapter);
  expect(sessionRefusal('webgpu', new Error(adapter)).next).toContain('Vulkan');
  const disabled = 'CUDA execution provider is not enabled in this build.';
  expect(seen).toContain(disabled);
  expect(sessionRefusal('cuda', new Error(disabled)).next).toContain('docs/gpu/README.md');
  expect(sessionRefusal('cpu', new Error('bad model'))).toMatchObject({
    message: 'bad model',
    next: null,
  });
});

test('onnxruntime-node is not asked for what it would ignore', () => {
  const cell = testCell('a', 'm', []);
  expect(() => refuseSettings(cell)).not.toThrow();
  const precision = { ...cell, ep: 'tensorrt', askedPrecision: 'fp16' } as const;
  expect(refusal(() => refuseSettings(precision)).message).toContain('cannot set the precision');
  const option = {
    ...cell,
    ep: 'cuda',
    epOptions: { cudnn_conv_algo_search: 'HEURISTIC' },
  } as const;
  expect(refusal(() => refuseSettings(option)).message).toContain('cudnn_conv_algo_search');
});

test('a precision that is asked of the CPU is refused for what the CPU does, not for what is passed', () => {
  const cell = testCell('a', 'm', [], { askedPrecision: 'fp16', precision: 'fp16' });
  const { message, next } = refusal(() => refuseSettings(cell));
  expect(message).toBe('the CPU provider computes as the model is: fp16 cannot be asked of it');
  expect(next).toContain('--exclude ep=cpu,precision=fp16');
  const gpu = refusal(() => refuseSettings({ ...cell, ep: 'tensorrt' }));
  expect(gpu.message).toContain('device number');
});
