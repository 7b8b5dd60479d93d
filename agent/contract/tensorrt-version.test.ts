import { expect, test } from 'vitest';
import { tensorRtVersion } from './tensorrt-version.ts';

test.each([
  [8412, '8.4.12'],
  [8502, '8.5.2'],
  [100300, '10.3.0'],
  [101303, '10.13.3'],
  [110100, '11.1.0'],
])('%d is TensorRT %s', (number, version) => {
  expect(tensorRtVersion(number).join('.')).toBe(version);
});
