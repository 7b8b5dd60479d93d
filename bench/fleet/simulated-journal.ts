import type { Plan } from '../../agent/contract/plan.ts';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';

const ITERATIONS_PER_EVENT = 64;

/** The plan of a simulated board's run; each has a run id of its own. */
export function simulatedPlan(board: number): Plan {
  return {
    ...testPlan([testCell('c1')]),
    runId: `20260101-000000-${String(board).padStart(6, '0')}`,
  };
}

/** Lines of a journal with about so many events of iterations, as an agent writes them. */
export function simulatedJournal(board: number, events: number): string[] {
  const durations_ns = Array.from(
    { length: events * ITERATIONS_PER_EVENT },
    (_, i) => 8_000_000 + ((i * 7919 + board) % 100_000),
  );
  const builder = new JournalBuilder(simulatedPlan(board)).process({
    cell: 'c1',
    block: 0,
    durations_ns,
  });
  return builder
    .bye()
    .text()
    .split('\n')
    .slice(0, -1)
    .map((line) => `${line}\n`);
}
