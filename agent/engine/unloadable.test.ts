import { expect, test } from 'vitest';
import { namingLibrary, unloadableProvider } from './unloadable.ts';

/** As ONNX Runtime 1.30 words it, around what the loader says. */
const told = (words: string) =>
  `[E:onnxruntime] ... Failed to load library /opt/libonnxruntime_providers_cuda.so with error: ${words}\nmore`;
const cudnn = told('libcudnn.so.9: cannot open shared object file: No such file or directory');

test('the library that is missing is named, be it the provider’s own or one that it needs', () => {
  expect(unloadableProvider('CUDA', cudnn)).toBe(
    'the CUDA provider cannot be loaded: libcudnn.so.9 is missing',
  );
  const own = told('/opt/x/libonnxruntime_providers_shared.so: cannot open shared object file: No');
  expect(unloadableProvider('CUDA', own)).toContain(
    ': libonnxruntime_providers_shared.so is missing',
  );
});

test('other words of the loader are passed on', () => {
  const words = "/lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by x.so)";
  expect(unloadableProvider('TensorRT', told(words))).toBe(
    `the TensorRT provider cannot be loaded: ${words}`,
  );
});

test('what only standard error tells is put where it was not known', () => {
  const vague = unloadableProvider('CUDA', 'Failed to load shared library');
  expect(namingLibrary(`${vague}\nFailed to load shared library`, cudnn)).toBe(
    'the CUDA provider cannot be loaded: libcudnn.so.9 is missing\nFailed to load shared library',
  );
  expect(namingLibrary(vague, 'nothing of it')).toBe(vague);
  expect(namingLibrary('no such model', cudnn)).toBe('no such model');
});
