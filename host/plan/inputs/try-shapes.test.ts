import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unaryModel } from '../../../test/support/tiny-models.ts';
import { type TrialRequest, tryShapes } from './try-shapes.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-trial-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function trial(
  bytes: Uint8Array,
  shapes: readonly (readonly number[])[],
  more: Partial<TrialRequest> = {},
) {
  const model = join(directory, 'model.onnx');
  await writeFile(model, bytes);
  const candidates = shapes.map((shape) => [
    { name: 'x', dtype: 'float32' as const, shape: [...shape] },
  ]);
  return await tryShapes({
    job: { model, candidates },
    modelBytes: bytes.length,
    agentPath: 'dist/agent.cjs',
    ...more,
  });
}

test('the first shape that runs is told, or the reason against the first', async () => {
  const model = unaryModel(['N', 3], 'Relu');
  expect(
    await trial(model, [
      [2, 4],
      [2, 3],
    ]),
  ).toEqual({ kind: 'ran', candidate: 1 });
  expect(await trial(model, [[2, 4], [3]])).toMatchObject({
    kind: 'refused',
    reason: expect.stringMatching(/Got: 4 Expected: 3/),
  });
  expect(await trial(unaryModel(['N', 3], 'NoSuchOperator'), [[2, 3]])).toMatchObject({
    kind: 'unloadable',
    reason: expect.stringContaining('NoSuchOperator'),
  });
});

test('what takes too long, too much memory, or would not fit is not tried to its end', async () => {
  const model = unaryModel(['N'], 'Relu');
  const limits = { timeMs: 15_000, memoryBytes: 400 * 2 ** 20 };
  expect(await trial(model, [[2 ** 28]], { limits })).toEqual({
    kind: 'not-tried',
    why: 'it takes more memory than 0.4 GiB',
  });
  expect(await trial(model, [[1]], { limits, modelBytes: 2 ** 30 })).toMatchObject({
    kind: 'not-tried',
    why: expect.stringContaining('too large'),
  });
  const slow = await trial(unaryModel(['N'], 'Relu'), [[1]], { limits: { ...limits, timeMs: 1 } });
  expect(slow).toEqual({ kind: 'not-tried', why: 'it takes longer than 0.001 s on this machine' });
});

test('an end from outside ends it', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(trial(unaryModel(['N'], 'Relu'), [[1]], { signal })).rejects.toThrow('stopped');
});
