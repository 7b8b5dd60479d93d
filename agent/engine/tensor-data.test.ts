import { expect, test } from 'vitest';
import { readTensorData, tensorBytes } from './tensor-data.ts';

test('bytes become the element type, and no more of them than the shape needs', () => {
  const bytes = Buffer.from(new Float32Array([1.5, -2, 3, 4]).buffer);
  expect(readTensorData(bytes, 'float32', [1, 2])).toEqual(new Float32Array([1.5, -2]));
  const large = Buffer.from(new BigInt64Array([-5n, 2n ** 62n]).buffer);
  expect(readTensorData(large, 'int64', [2])).toEqual(new BigInt64Array([-5n, 2n ** 62n]));
  expect(readTensorData(Buffer.from([1, 0, 1]), 'bool', [3])).toEqual(new Uint8Array([1, 0, 1]));
});

test('a file at an odd place in a pooled buffer reads the same', () => {
  const pooled = Buffer.concat([Buffer.from([9]), Buffer.from(new Float64Array([7]).buffer)]);
  expect(readTensorData(pooled.subarray(1), 'float64', [])).toEqual(new Float64Array([7]));
});

test('too few bytes and strings that are none are refused', () => {
  expect(() => readTensorData(Buffer.alloc(7), 'float32', [2])).toThrow(
    'has 7 bytes, its shape needs 8',
  );
  expect(() => readTensorData(Buffer.from('{}'), 'string', [1])).toThrow(
    'no JSON array of 1 strings',
  );
});

test('strings go through JSON both ways', () => {
  const data = readTensorData(Buffer.from('["a","é"]'), 'string', [2]);
  expect(data).toEqual(['a', 'é']);
  expect(Buffer.from(tensorBytes(data)).toString()).toBe('["a","é"]');
});
