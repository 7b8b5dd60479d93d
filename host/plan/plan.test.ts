import { expect, test } from 'vitest';
import { planSchema } from '../../agent/contract/plan.ts';
import { plainCell } from '../../test/support/cells.ts';
import { effortFrom, longestBuildingMs, longestMs, mayBuildEngine } from './effort.ts';
import { makePlan, type PlanParts } from './plan.ts';

const parts: PlanParts = {
  createdUtc: '2026-01-02T03:04:05.678Z',
  owner: 'me@here',
  seed: 7,
  models: [
    {
      id: 'null',
      name: 'null',
      main: 'null.onnx',
      files: [{ path: 'null.onnx', sha256: '0'.repeat(64), sizeBytes: 1 }],
    },
  ],
  cells: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'].map((id) => plainCell(id, 'null')),
  effort: effortFrom({ preset: 'default' }),
  telemetry: 'off',
  placement: true,
  context: {},
};

test('a plan fits the contract and its id sorts by time', () => {
  const plan = makePlan(parts);
  expect(planSchema.parse(plan)).toEqual(plan);
  expect(plan.runId).toMatch(/^20260102-030405-[0-9a-f]{6}$/);
});

test('every block holds every cell once, in an order of its own that the seed repeats', () => {
  const plan = makePlan(parts);
  expect(plan.order).toHaveLength(plan.effort.maxBlocks);
  for (const block of plan.order) expect([...block].sort()).toEqual(parts.cells.map((c) => c.id));
  expect(new Set(plan.order.map((block) => block.join())).size).toBeGreaterThan(1);
  expect(makePlan(parts).order).toEqual(plan.order);
  expect(makePlan({ ...parts, seed: 8 }).order).not.toEqual(plan.order);
});

test('a plan that the board would refuse is refused here, before anything is sent', () => {
  const [model] = parts.models;
  const twice = { ...parts, models: model ? [model, { ...model, name: 'other' }] : [] };
  expect(() => makePlan(twice)).toThrow('the plan is not sound: models.1.id: model id null twice');
  expect(() => makePlan({ ...parts, models: [] })).toThrow('cells.0.model: model null is not');
});

test('calibrations stand last in every block', () => {
  const calibration = { ...plainCell('n1', 'null'), purpose: 'calibration' as const };
  const plan = makePlan({ ...parts, cells: [calibration, ...parts.cells] });
  expect(plan.order.map((block) => block.at(-1))).toEqual(plan.order.map(() => 'n1'));
});

test('the first place of a block is not always the same cell', () => {
  const effort = effortFrom({ preset: 'default', blocks: 600 });
  const firsts = makePlan({ ...parts, effort }).order.map((block) => block[0]);
  for (const { id } of parts.cells) {
    // 600 blocks, six cells: 100 expected, standard deviation 9.
    expect(firsts.filter((first) => first === id).length).toBeGreaterThan(60);
  }
});

test('a budget bounds the estimate and lets more blocks run', () => {
  const effort = effortFrom({ preset: 'default', budgetMs: 60_000 });
  expect(effort).toMatchObject({ name: 'custom', maxBlocks: 20, totalBudgetMs: 60_000 });
  expect(longestMs(effort, 10)).toBe(60_000);
});

test('TensorRT’s cells may build engines, under trtexec and under ONNX Runtime; that is waited for beside the budget', () => {
  const plain = plainCell('a', 'null');
  const trtexec = { ...plain, engine: 'trtexec', ep: 'tensorrt' } as const;
  const capi = { ...plain, engine: 'ort-capi', ep: 'tensorrt' } as const;
  const cuda = { ...plain, engine: 'ort-capi', ep: 'cuda' } as const;
  expect([plain, cuda, trtexec, capi].map(mayBuildEngine)).toEqual([false, false, true, true]);
  expect(longestBuildingMs([plain, cuda])).toBe(0);
  expect(longestBuildingMs([plain, trtexec])).toBeGreaterThan(10 * 60_000);
});

test('a number of blocks is exact', () => {
  expect(effortFrom({ preset: 'quick', blocks: 2 })).toMatchObject({ minBlocks: 2, maxBlocks: 2 });
});
