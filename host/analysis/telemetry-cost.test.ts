import { describe, expect, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';
import type { BenchRequest } from '../run/bench-request.ts';
import { benchChecked } from '../run/check-telemetry.ts';
import type { RunEvent } from '../run/run-event.ts';
import type { RunOutcome } from '../run/run-outcome.ts';
import type { Result } from './result/result.ts';
import { tooCostly } from './telemetry-cost.ts';

function costOf(levels: { readonly on: number; readonly off: number }): string {
  const plan = testPlan([testCell('on'), testCell('off', { isUnwatched: true })]);
  const result = resultOf(blocks(new JournalBuilder(plan), levels, 6).bye());
  return result.warnings
    .filter(({ code }) => code === 'telemetry-cost')
    .map(({ cell, text }) => `${cell}: ${text}`)
    .join();
}

test('an injected cost is found with its interval, and what to do about it', () => {
  expect(costOf({ on: 10.2e6, off: 10e6 })).toMatch(
    /^on: telemetry proc each second costs \+2\.0\d % of the median \(95 %: \+[12]\.\d+ % to \+2\.\d+ %\), 6 blocks; take --telemetry off/,
  );
});

test('no cost is said as such, without advice', () => {
  expect(costOf({ on: 10e6, off: 10e6 })).toMatch(/costs [+−]0\.0\d % .*6 blocks$/);
});

describe('a check that finds too much', () => {
  const resultAt = (levels: { readonly on: number; readonly off: number }, context = {}) => {
    const cells = [testCell('on'), testCell('off', { isUnwatched: true })];
    const plan = { ...testPlan(cells), context };
    return resultOf(blocks(new JournalBuilder(plan), levels, 6).bye());
  };
  const saved = (result: Result): RunOutcome => ({ kind: 'saved', result, directory: '/runs' });

  async function check(
    outcomes: readonly (RunOutcome | null)[],
    effort: BenchRequest['effort'] = { preset: 'default' },
  ) {
    const told: string[] = [];
    const requests: BenchRequest[] = [];
    const request = {
      effort,
      signal: new AbortController().signal,
      listener: (event: RunEvent) => {
        if (event.kind === 'note') told.push(event.text);
      },
    } as unknown as BenchRequest;
    const outcome = await benchChecked(request, (asked) => {
      requests.push(asked);
      return Promise.resolve(outcomes[requests.length - 1] ?? null);
    });
    return { told, requests, outcome };
  }

  test('is made once more with half the rate, and the second result says both', async () => {
    const first = resultAt({ on: 10.2e6, off: 10e6 });
    const telemetry_check = tooCostly(first);
    expect(telemetry_check).toMatchObject({ run_id: first.run_id, every_ms: 1000 });
    // Still too much: it is not tried a third time.
    const second = resultAt({ on: 10.1e6, off: 10e6 }, { telemetry_check });
    const { told, requests, outcome } = await check([saved(first), saved(second)]);
    expect(requests.map((asked) => asked.telemetryCheck)).toEqual([undefined, telemetry_check]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /each second costs \+2\.0\d % .* above 0\.5 %: .* half its rate, each 2 s/,
    );
    expect(outcome).toEqual(saved(second));
    expect(tooCostly(second)).toBeNull();
    const notice = second.warnings.find(({ code }) => code === 'telemetry-cost')?.text;
    expect(notice).toMatch(/costs \+1\.0\d % .*; each second it was \+2\.0\d % .*--telemetry off/);
    expect(notice).toContain(`run ${first.run_id}`);
  });

  test('has what is left of the budget, and is not made where that is too little', async () => {
    const first = resultAt({ on: 10.2e6, off: 10e6 });
    const usedMs = Math.ceil(first.run.duration_s * 1000);
    const second = saved(resultAt({ on: 10.2e6, off: 10e6 }));
    const effort = { preset: 'thorough', budgetMs: 3 * usedMs } as const;
    const enough = await check([saved(first), second], effort);
    expect(enough.requests.map((asked) => asked.effort)).toEqual([
      effort,
      { ...effort, budgetMs: 2 * usedMs },
    ]);
    const short = await check([saved(first), second], { ...effort, budgetMs: usedMs + 1 });
    expect(short.requests).toHaveLength(1);
    expect(short.outcome).toEqual(saved(first));
    expect(short.told.join()).toMatch(/above 0\.5 %: too little of the budget is left/);
    const free = await check([saved(first), second]);
    expect(free.requests.map((asked) => asked.effort)).toEqual(
      Array(2).fill({ preset: 'default' }),
    );
  });

  test('has of the budget what building engines did not take of it', async () => {
    const first = resultAt({ on: 10.2e6, off: 10e6 });
    const usedMs = Math.ceil(first.run.duration_s * 1000);
    const trtexec = { build_ns: 0.5 * usedMs * 1e6, built_by_cell: true };
    const [built, ...rest] = first.cells;
    const cells = [{ ...built, trtexec }, ...rest] as Result['cells'];
    const effort = { preset: 'thorough', budgetMs: 3 * usedMs } as const;
    const second = saved(resultAt({ on: 10.2e6, off: 10e6 }));
    const { requests } = await check([saved({ ...first, cells }), second], effort);
    expect(requests[1]?.effort.budgetMs).toBeGreaterThan(2.4 * usedMs);
  });

  test('a cost that is small, or not certain, is not', async () => {
    const first = saved(resultAt({ on: 10.03e6, off: 10e6 }));
    const { told, requests, outcome } = await check([first]);
    expect([told, requests.length]).toEqual([[], 1]);
    expect(outcome).toBe(first);
    expect((await check([null])).requests).toHaveLength(1);
  });

  /** Checks of so many cells whose costs vary around +1.2 %, alike in each. */
  const varying = (count: number) => {
    const cells = Array.from({ length: count }, (_, at) => [
      testCell(`on${at}`, { threads: at + 1 }),
      testCell(`off${at}`, { threads: at + 1, isUnwatched: true }),
    ]).flat();
    const levels = Object.fromEntries(cells.map(({ id }) => [id, 10e6]));
    const factors = [1.006, 1.018, 1.009, 1.015, 1.005, 1.019];
    return resultOf(
      blocks(new JournalBuilder(testPlan(cells)), levels, factors.length, (block, cell) => ({
        durations_ns: around(10e6 * (cell.startsWith('on') ? (factors[block] ?? 1) : 1), 400),
        warmUp: 0,
      })).bye(),
    );
  };
  const intervalOf = (result: Result) =>
    /95 %: \+([\d.]+) % to/.exec(
      result.warnings.find(({ code }) => code === 'telemetry-cost')?.text ?? '',
    )?.[1];

  test('is certain of one cell, not of many', () => {
    const [one, many] = [varying(1), varying(8)];
    // The interval that is told is of one cell, wherever it stands.
    expect(Number(intervalOf(one))).toBeGreaterThan(0.5);
    expect(Number(intervalOf(many))).toBeCloseTo(Number(intervalOf(one)), 1);
    expect(tooCostly(one)).not.toBeNull();
    expect(tooCostly(many)).toBeNull();
  });

  test('is not certain where the interval reaches below half a percent', () => {
    const cells = [testCell('on'), testCell('off', { isUnwatched: true })];
    const factors = [1.002, 1.01, 1.003, 1.009, 1.004, 1.008];
    const result = resultOf(
      blocks(new JournalBuilder(testPlan(cells)), { on: 10e6, off: 10e6 }, 6, (block, cell) => ({
        durations_ns: around(10e6 * (cell === 'on' ? (factors[block] ?? 1) : 1), 400),
        warmUp: 0,
      })).bye(),
    );
    const lowest = Number(intervalOf(result));
    expect(lowest).toBeGreaterThan(0);
    expect(lowest).toBeLessThan(0.5);
    expect(tooCostly(result)).toBeNull();
  });
});
