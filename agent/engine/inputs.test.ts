import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fromFloat16 } from '../contract/float16.ts';
import type { CellInput } from '../contract/plan.ts';
import { LabelScore } from '../work/outputs.ts';
import { readInputs } from './inputs.ts';

const store = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(store, { recursive: true }));

function put(bytes: Uint8Array): string {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  mkdirSync(join(store, sha256.slice(0, 2)), { recursive: true });
  writeFileSync(join(store, sha256.slice(0, 2), sha256), bytes);
  return sha256;
}

/** Image r of the file has label r, red pixels r, green 10 + r, blue 20 + r. */
function records(count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, r) =>
      Buffer.concat([
        Buffer.from([r]),
        ...[0, 10, 20].map((channel) => Buffer.alloc(1024, channel + r)),
      ]),
    ),
  );
}

function images(batch: number, dtype: CellInput['dtype'] = 'float32'): CellInput {
  const source = {
    kind: 'cifar10',
    sha256: put(records(3)),
    records: 3,
    mean: [0.5, 0, 0],
    std: [0.5, 1, 2],
  } as const;
  return {
    name: 'x',
    dtype,
    shape: [batch, 3, 32, 32],
    source: { ...source, mean: [...source.mean], std: [...source.std] },
  };
}

test('images are normalised per channel, in order, and start over after the last', () => {
  const { tensors, feeder } = readInputs([images(2)], store);
  const data = tensors[0]?.data as Float32Array;
  feeder?.fill();
  expect([feeder?.label(0), feeder?.label(1)]).toEqual([0, 1]);
  feeder?.fill();
  expect([feeder?.label(0), feeder?.label(1)]).toEqual([2, 0]);
  expect(data[0]).toBe(Math.fround((2 / 255 - 0.5) / 0.5));
  expect(data[1024]).toBe(Math.fround(12 / 255));
  expect(data[2048]).toBe(Math.fround(22 / 255 / 2));
  expect(data[3 * 1024]).toBe(-1);
});

test('half precision images are the same values', () => {
  const { tensors, feeder } = readInputs([images(1, 'float16')], store);
  feeder?.fill();
  expect(fromFloat16(Number(tensors[0]?.data[1024]))).toBeCloseTo(10 / 255, 4);
});

test('shapes, types and files that cannot be images are refused in words', () => {
  expect(() => readInputs([{ ...images(1), shape: [1, 3, 16, 16] }], store)).toThrow(
    'CIFAR-10 images are [N, 3, 32, 32], not [1, 3, 16, 16]',
  );
  expect(() => readInputs([images(1, 'int8')], store)).toThrow('not int8');
  const cut = { ...images(1) };
  const source = { ...cut.source, records: 4 } as CellInput['source'];
  expect(() => readInputs([{ ...cut, source }], store)).toThrow('4 CIFAR-10 records need 12292');
});

test('answers are counted against the labels over exactly one pass', () => {
  const { feeder } = readInputs([images(2)], store);
  if (!feeder) throw new Error('no feeder');
  const score = new LabelScore(feeder);
  const answer = (...classes: number[]) => ({
    name: 'y',
    dtype: 'float32' as const,
    shape: [2, 4],
    data: Float32Array.from(classes.flatMap((c) => [0, 1, 2, 3].map((k) => (k === c ? 1 : 0)))),
  });
  feeder.fill();
  score.add([answer(0, 3)]);
  expect(score.isComplete).toBe(false);
  feeder.fill();
  score.add([answer(2, 0)]);
  expect(score.isComplete).toBe(true);
  expect(score.result()).toEqual({ correct: 2, total: 3 });
});
