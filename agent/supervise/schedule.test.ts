import { expect, test } from 'vitest';
import type { Cell, Plan } from '../contract/plan.ts';
import { Schedule } from './schedule.ts';

function cell(id: string, threads: number, purpose: Cell['purpose'] = 'measure'): Cell {
  return { id, threads, purpose } as Cell;
}

function schedule(cells: readonly Cell[], earlier?: Plan['earlier']): Schedule {
  const effort = { minBlocks: 3, maxBlocks: 10, precision: 0.01 };
  return new Schedule({ cells, effort, earlier } as unknown as Plan);
}

test('a segment goes on with what the earlier ones came to', () => {
  const earlier = {
    a: { medians_ns: [1_000_000, 1_000_500, 1_000_100, 1_000_400], failuresInARow: 0 },
    b: { medians_ns: [], failuresInARow: 1 },
  };
  const plan = schedule([cell('a', 1), cell('b', 1)], earlier);
  plan.succeeded('a', 1_000_200);
  expect(plan.endBlock()).toEqual([{ cell: 'a', reason: 'precise' }]);
  expect(plan.failed('b', false)).toEqual([{ cell: 'b', reason: 'failed' }]);
});

test('a cell leaves when enough processes agree, not before', () => {
  const plan = schedule([cell('a', 1), cell('b', 1)]);
  for (const median of [1_000_000, 1_000_500, 1_000_100, 1_000_400]) {
    plan.succeeded('a', median);
    plan.succeeded('b', median);
    expect(plan.endBlock()).toEqual([]);
  }
  plan.succeeded('a', 1_000_200);
  plan.succeeded('b', 1_500_000);
  expect(plan.endBlock()).toEqual([{ cell: 'a', reason: 'precise' }]);
  expect([plan.live('a'), plan.live('b')?.id]).toEqual([null, 'b']);
  expect(plan.endAll('budget')).toEqual([{ cell: 'b', reason: 'budget' }]);
  expect(plan.isDone).toBe(true);
});

test('a cell that will not be precise within the blocks leaves early, where the plan says from when', () => {
  const medians = [1e6, 1.02e6, 0.99e6, 1.03e6];
  const effort = { minBlocks: 3, maxBlocks: 10, precision: 0.01, hopelessAfter: 4 };
  const ends = (over: object, of: readonly number[]) => {
    const plan = new Schedule({
      cells: [cell('a', 1)],
      effort: { ...effort, ...over },
    } as unknown as Plan);
    return of.map((median) => {
      plan.succeeded('a', median);
      return plan.endBlock();
    });
  };
  expect(ends({}, medians)).toEqual([[], [], [], [{ cell: 'a', reason: 'out-of-reach' }]]);
  // Enough blocks, a wider target, or a plan that says nothing of it: it stays.
  expect(ends({ maxBlocks: 1000 }, medians).flat()).toEqual([]);
  expect(ends({ precision: 0.2, minBlocks: 9 }, medians).flat()).toEqual([]);
  expect(ends({ hopelessAfter: undefined }, medians).flat()).toEqual([]);
});

test('one failure is retried, a second in a row ends the cell, a good process between forgives', () => {
  const plan = schedule([cell('a', 1), cell('b', 1)]);
  expect(plan.failed('a', false)).toEqual([]);
  plan.succeeded('a', 1e6);
  expect(plan.failed('a', false)).toEqual([]);
  expect(plan.failed('a', false)).toEqual([{ cell: 'a', reason: 'failed' }]);
  expect(plan.failed('b', true)).toEqual([{ cell: 'b', reason: 'failed' }]);
  expect(plan.allFailed).toBe(true);
});

test('a calibration stays as long as a measured cell with its threads does', () => {
  const alike = [1e6, 1e6, 1e6, 1e6, 1e6];
  const plan = schedule([
    cell('a', 1),
    cell('b', 2),
    cell('null-1', 1, 'calibration'),
    cell('null-2', 2, 'calibration'),
  ]);
  expect(plan.failed('a', true)).toEqual([
    { cell: 'a', reason: 'failed' },
    { cell: 'null-1', reason: 'precise' },
  ]);
  for (const median of alike) plan.succeeded('null-2', median);
  expect(plan.endBlock()).toEqual([]);
  for (const median of alike) plan.succeeded('b', median);
  expect(plan.endBlock().map((end) => end.cell)).toEqual(['b', 'null-2']);
  expect(plan.isDone).toBe(true);
});

test('a cell that only ever failed says so at the end of the blocks, but not when cancelled', () => {
  const failing = () => {
    const plan = schedule([cell('a', 1)]);
    plan.failed('a', false);
    return plan;
  };
  expect(failing().endAll('max-blocks')).toEqual([{ cell: 'a', reason: 'failed' }]);
  expect(failing().endAll('cancelled')).toEqual([{ cell: 'a', reason: 'cancelled' }]);
});
