import { describe, expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';
import type { BenchRequest } from '../run/bench-request.ts';
import { benchChecked } from '../run/check-telemetry.ts';
import type { RunEvent } from '../run/run-event.ts';
import type { RunOutcome } from '../run/run-outcome.ts';
import type { Result } from './result.ts';
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

  async function check(outcomes: readonly (RunOutcome | null)[]) {
    const told: string[] = [];
    const requests: BenchRequest[] = [];
    const request = {
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

  test('a cost that is small, or not certain, is not', async () => {
    const first = saved(resultAt({ on: 10.03e6, off: 10e6 }));
    const { told, requests, outcome } = await check([first]);
    expect([told, requests.length]).toEqual([[], 1]);
    expect(outcome).toBe(first);
    expect((await check([null])).requests).toHaveLength(1);
  });
});
