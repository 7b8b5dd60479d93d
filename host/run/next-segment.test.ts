import { describe, expect, test } from 'vitest';
import type { Plan } from '../../agent/contract/plan.ts';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { readJournal } from '../journal/journal.ts';
import { nextSegment } from './next-segment.ts';

const plan: Plan = {
  ...testPlan([testCell('a'), testCell('b')], { maxBlocks: 3, totalBudgetMs: 60_000 }),
  order: [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'b'],
  ],
};
const parts = { durations_ns: around(1e6, 100), warmUp: 10 };

describe('of a run that was cut', () => {
  const cut = new JournalBuilder(plan)
    .process({ ...parts, cell: 'a', block: 0 })
    .process({ ...parts, cell: 'b', block: 0, end: { outcome: 'crashed', exitCode: 3 } })
    .process({ ...parts, cell: 'b', block: 1 })
    .process({ ...parts, cell: 'a', block: 1, end: null });
  const next = nextSegment(readJournal(cut.bytes()));

  test('what has no process that went well is missing, block by block', () => {
    expect(next.order).toEqual([['b'], ['a'], ['a', 'b']]);
  });

  test('the rest is the same plan, with numbers that go on and the rest of its budget', () => {
    const { order: _order, segment, firstProcess, effort, earlier: _earlier, ...rest } = next;
    expect({ segment, firstProcess }).toEqual({ segment: 2, firstProcess: 4 });
    const { order: _planned, effort: planned, ...same } = plan;
    expect(rest).toEqual(same);
    expect(effort).toMatchObject({ maxBlocks: 3, minBlocks: planned.minBlocks });
    expect(effort.totalBudgetMs).toBeLessThan(60_000);
    expect(effort.totalBudgetMs).toBeGreaterThan(0);
  });
});

test('engines that were built took nothing of the budget', () => {
  const build = { isCached: false, duration_ns: 25e9, engineBytes: 1 };
  const event = (isCached: boolean) => ({
    kind: 'trtexec' as const,
    t_ns: 30e9,
    process: 0,
    version: '10.3.0',
    timed: 'h2d+compute+d2h',
    build: { ...build, isCached },
    stages: { h2d_ns: 1, compute_ns: 1, d2h_ns: 1 },
    warnings: [],
  });
  const leftMs = (isCached: boolean) => {
    const journal = new JournalBuilder(plan).wait(30e9);
    journal.process({ cell: 'a', block: 0, durations_ns: around(1e6, 101), warmUp: 10 });
    const { effort } = nextSegment(readJournal(journal.event(event(isCached)).bytes()));
    return effort.totalBudgetMs ?? 0;
  };
  expect(leftMs(false) - leftMs(true)).toBe(25_000);
});

test('the rules that stop a cell know its processes of before', () => {
  const level = (median_ns: number) => ({ durations_ns: around(median_ns, 101), warmUp: 10 });
  const journal = new JournalBuilder(plan)
    .process({ ...level(1e6), cell: 'a', block: 0 })
    .process({ ...level(3e6), cell: 'b', block: 0, end: { outcome: 'crashed', exitCode: 3 } })
    .process({ ...level(2e6), cell: 'a', block: 1 })
    .process({ ...level(9e6), cell: 'a', block: 2, end: null });
  const { earlier } = nextSegment(readJournal(journal.bytes()));
  expect(earlier?.b).toEqual({ medians_ns: [], failuresInARow: 1 });
  expect(earlier?.a?.failuresInARow).toBe(0);
  expect(earlier?.a?.medians_ns.map((value) => Math.round(value / 1e6))).toEqual([1, 2]);
});

test('a process whose interrupts were moved back is missing, and did not go well', () => {
  const journal = new JournalBuilder(plan)
    .process({ ...parts, cell: 'a', block: 0, end: { isMovedBack: true } })
    .process({ ...parts, cell: 'b', block: 0, end: null });
  const { order, earlier } = nextSegment(readJournal(journal.bytes()));
  expect(order[0]).toEqual(['a', 'b']);
  expect(earlier?.a).toEqual({ medians_ns: [], failuresInARow: 1 });
});

test('cells that had left the plan stay out', () => {
  const journal = new JournalBuilder(plan)
    .process({ ...parts, cell: 'a', block: 0 })
    .event({ kind: 'cell', t_ns: 1e9, cell: 'a', reason: 'precise' });
  expect(nextSegment(readJournal(journal.bytes())).order).toEqual([['b'], ['b'], ['b']]);
});

test('a run that was cut before its first process has all of it before it', () => {
  const next = nextSegment(readJournal(new JournalBuilder(plan).bytes()));
  expect(next).toMatchObject({ order: plan.order, firstProcess: 0, segment: 2 });
});
