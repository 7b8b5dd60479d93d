import { expect, test } from 'vitest';
import type { JournalEvent } from '../../../agent/contract/events.ts';
import { initialState, reduceBoard } from '../../../host/fleet/board-state.ts';
import { readJournal } from '../../../host/journal/journal.ts';
import { remaining } from '../../../host/journal/remaining.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { heardOf } from '../../../test/support/live-run.ts';
import { initialProgress, reduceProgress } from './progress-state.ts';

/** A run whose first process has taken 25 s to build its engine, of a budget of 20 s. */
function building(isCached: boolean): readonly RunEvent[] {
  const plan = testPlan([testCell('a'), testCell('b')], { totalBudgetMs: 20_000 });
  const build = { isCached, duration_ns: 25e9, engineBytes: 1 };
  const stages = { h2d_ns: 1, compute_ns: 1, d2h_ns: 1 };
  const about = { version: '10.3.0', timed: 'h2d+compute+d2h', stages, warnings: [] };
  const builder = new JournalBuilder(plan)
    .process({ cell: 'a', block: 0, durations_ns: [1e6, 26e9], warmUp: 1 })
    .event({ kind: 'trtexec', t_ns: 26e9, process: 0, build, ...about });
  expect(readJournal(builder.bytes()).problems).toEqual([]);
  const events = builder.text().trimEnd().split('\n').slice(1);
  return [
    { kind: 'planned', plan, estimateMs: 20_000 },
    ...heardOf(
      plan,
      events.map((line) => JSON.parse(line) as JournalEvent),
    ),
  ];
}

test.each([
  ['of this process leaves the budget to be measured in', false],
  ['of another time took nothing of it: it is used up', true],
])('an engine %s', (_, isCached) => {
  const events = building(isCached);
  for (const { plan, run } of [
    events.reduce(reduceProgress, initialProgress),
    events.reduce(reduceBoard, initialState('orin')),
  ]) {
    const { etaMs } = remaining(plan, run);
    if (isCached) expect(etaMs).toBe(0);
    else expect(etaMs).toBeGreaterThan(15_000);
  }
});
