import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { decodeLine, encodeEvent } from '../contract/wire.ts';
import { summariseOutputs } from './outputs.ts';

test('a summary has the hash, the odd values, a stride that fits and the best class of each row', () => {
  const data = new Float32Array([1, 5, Number.NaN, 2, Number.POSITIVE_INFINITY, 0]);
  const [summary] = summariseOutputs([{ name: 'y', dtype: 'float32', shape: [2, 3], data }]);
  expect(summary).toEqual({
    name: 'y',
    dtype: 'float32',
    shape: [2, 3],
    sha256: createHash('sha256').update(Buffer.from(data.buffer)).digest('hex'),
    nonFinite: 2,
    stride: 1,
    values: [1, 5, null, 2, null, 0],
    top1: [1, 1],
  });
});

test('large tensors are thinned evenly, and many tensors share one bound', () => {
  const large = {
    name: 'y',
    dtype: 'int64' as const,
    shape: [10_000],
    data: new BigInt64Array(10_000).fill(3n),
  };
  const [one] = summariseOutputs([large]);
  expect([one?.stride, one?.values.length, one?.values[0]]).toEqual([3, 3334, 3]);
  const many = summariseOutputs(Array.from({ length: 100 }, () => large));
  expect(many.reduce((sum, { values }) => sum + values.length, 0)).toBeLessThanOrEqual(65_536);
});

test('a summary is a valid journal line for millions of rows and for names without end', () => {
  const rows = 2_500_000;
  const data = new Uint8Array(2 * rows);
  const outputs = summariseOutputs([
    { name: 'y'.repeat(10_000), dtype: 'uint8', shape: [rows, 2], data },
  ]);
  const event = { seq: 0, t_ns: 0, kind: 'output', process: 0, outputs, labels: null } as const;
  expect(decodeLine(encodeEvent(event).trimEnd())).toEqual({ ok: true, event });
});

test('half precision is read as numbers, strings and empty tensors are only hashed', () => {
  const half = {
    name: 'h',
    dtype: 'float16' as const,
    shape: [2],
    data: new Uint16Array([0x3c00, 0x7e00]),
  };
  const words = { name: 's', dtype: 'string' as const, shape: [1], data: ['a'] };
  const none = { name: 'e', dtype: 'float32' as const, shape: [0, 3], data: new Float32Array(0) };
  const [h, s, e] = summariseOutputs([half, words, none]);
  expect([h?.values, h?.nonFinite]).toEqual([[1, null], 1]);
  expect([s?.values, s?.sha256]).toEqual([[], createHash('sha256').update('["a"]').digest('hex')]);
  expect([e?.values, e?.stride, e?.top1]).toEqual([[], 1, []]);
});
