import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CellInput, Plan } from '../../../agent/contract/plan.ts';
import { testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { settingsOf } from '../../../test/support/settings-of.ts';
import { hashBytes } from '../../workstation/hash-file.ts';
import { rememberedHash } from '../../workstation/remembered-hash.ts';
import { findAgain } from './find-again.ts';
import { loadModel } from './model-source.ts';
import { seededTensor } from './seeded.ts';

let directory = '';
let cache = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-again-'));
  cache = join(directory, 'cache');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const never = new AbortController().signal;

function planOf(
  parts: Partial<Pick<Plan, 'models' | 'seed'>>,
  inputs: CellInput[],
  args: string[],
) {
  const plan = testPlan([testCell('a', { inputs })]);
  return { ...plan, models: [], ...parts, context: { settings: settingsOf(...args) } };
}

async function findAll(plan: Plan) {
  const models = plan.models.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
  const inputs = plan.cells.flatMap((cell) => cell.inputs.map(({ source }) => source.sha256));
  return await findAgain(plan, new Set([...models, ...inputs]), cache, never);
}

function modelOf(path: string, bytes: Uint8Array): Plan['models'][number] {
  const file = { path, sha256: hashBytes(bytes), sizeBytes: bytes.length };
  return { id: 'm', name: path, main: path, files: [file] };
}

test('a built-in model is generated again', async () => {
  const { planModel, files } = await loadModel('mlp-tiny', cache);
  await rm(cache, { recursive: true });
  expect(await findAll(planOf({ models: [planModel] }, [], []))).toEqual(files);
});

test('a file that was hashed here once is found where it is, until its bytes are others', async () => {
  const path = join(directory, 'far', '..', 'weights.bin');
  const bytes = Buffer.from('weights');
  await writeFile(path, bytes);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  await rememberedHash(path, cache);
  vi.restoreAllMocks();
  const plan = planOf({ models: [modelOf('sub/weights.bin', bytes)] }, [], []);
  const source = { kind: 'path', path: join(directory, 'weights.bin') };
  expect(await findAll(plan)).toMatchObject([{ sizeBytes: 7, source }]);
  await writeFile(path, 'WEIGHTS');
  await utimes(path, 1, 1);
  expect(await findAll(plan)).toEqual([]);
});

const input = (name: string, bytes: Uint8Array, shape: number[]): CellInput => {
  return { name, dtype: 'int32', shape, source: { kind: 'fixed', sha256: hashBytes(bytes) } };
};

test('seeded inputs are drawn again, as long as the largest batch and in the range that was asked for', async () => {
  const drawn = (name: string, max: string) =>
    seededTensor({
      input: name,
      dtype: 'int32',
      elements: 12,
      seed: 7,
      distribution: 'uniform',
      range: { min: '0', max },
    });
  const [ids, mask] = [drawn('ids', '30521'), drawn('mask', '1')];
  const inputs = [
    input('ids', ids, [1, 4]),
    input('ids', ids, [3, 4]),
    input('mask', mask, [3, 4]),
  ];
  const found = await findAll(planOf({ seed: 7 }, inputs, ['--range=ids=0..30521']));
  expect(found.map(({ source }) => source)).toEqual([
    { kind: 'bytes', bytes: ids },
    { kind: 'bytes', bytes: mask },
  ]);
  expect(await findAll(planOf({ seed: 8 }, inputs, ['--range', 'ids=0..30521']))).toEqual([]);
});
