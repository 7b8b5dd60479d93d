import { expect, test } from 'vitest';
import type { NamedTensor } from '../engine.ts';
import { inputBytes } from './input-bytes.ts';

const tensor = (dtype: NamedTensor['dtype'], data: NamedTensor['data']): NamedTensor => ({
  name: 'x',
  dtype,
  shape: [2],
  data,
});
const of = (major: number, minor: number) =>
  ({ release: [major, minor, 0], version: `${major}.${minor}.0` }) as const;

test('what an engine takes as it is declared stays as it is, in every release', () => {
  for (const trtexec of [of(8, 4), of(9, 0), of(10, 0), of(11, 1)]) {
    for (const [dtype, data] of [
      ['float32', Float32Array.of(1, 2)],
      ['float16', Uint16Array.of(1, 2)],
      ['bool', Uint8Array.of(0, 1)],
      ['uint8', Uint8Array.of(0, 255)],
      ['int32', Int32Array.of(1, -2)],
    ] as const) {
      expect(inputBytes(tensor(dtype, data), trtexec)).toEqual(new Uint8Array(data.buffer));
    }
  }
});

test.each([
  [8, 6, 8, 8],
  [9, 0, 16, 8],
  [10, 0, 16, 8],
  [10, 1, 16, 2],
  [11, 1, 16, 2],
])('TensorRT %i.%i takes two int64 in %i bytes, two int8 in %i', (major, minor, wide, narrow) => {
  expect(inputBytes(tensor('int64', BigInt64Array.of(1n, -2n)), of(major, minor))).toHaveLength(
    wide,
  );
  expect(inputBytes(tensor('int8', Int8Array.of(1, -2)), of(major, minor))).toHaveLength(narrow);
});

test('infinities and NaN of float64 are float32’s as well', () => {
  const bytes = inputBytes(tensor('float64', Float64Array.of(Infinity, NaN)), of(10, 3));
  expect([...new Float32Array(bytes.buffer, bytes.byteOffset, 2)]).toEqual([Infinity, NaN]);
});

test('strings are refused', () => {
  expect(() => inputBytes(tensor('string', ['a', 'b']), of(10, 3))).toThrow(
    'TensorRT takes no strings (input x)',
  );
});
