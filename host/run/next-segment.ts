import type { EventOf } from '../../agent/contract/events.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import type { JournalData } from '../journal/journal-data.ts';

/**
 * The plan by which a run that was cut goes on: the same, with what is missing of its order.
 * Missing are the cells of each block that have no process that went well, but not cells that had
 * left the plan. Process numbers go on, a total budget is what the earlier segments left of it, and
 * the rules that stop a cell know what it came to so far.
 * @throws Error when the journal has no plan.
 */
export function nextSegment(journal: JournalData): Plan {
  const plan = journal.hello?.plan;
  if (plan === undefined) throw new Error('a journal without a plan gives no result to resume');
  const { effort } = plan;
  const place = (block: number, cell: string) => `${block}/${cell}`;
  const done = new Set(
    journal.processes
      .filter(({ ended }) => ended !== null && isAsMeant(ended))
      .map(({ block, cell }) => place(block, cell)),
  );
  const isMissing = (block: number, cell: string) =>
    !done.has(place(block, cell)) && !journal.cellEnds.has(cell);
  return {
    ...plan,
    order: plan.order.map((cells, block) => cells.filter((cell) => isMissing(block, cell))),
    effort: { ...effort, totalBudgetMs: leftOf(effort.totalBudgetMs, journal) },
    segment: (journal.segments?.length ?? 1) + 1,
    earlier: earlierOf(journal),
    firstProcess: Math.max(-1, ...journal.processes.map(({ process }) => process)) + 1,
  };
}

/** It ran to its end, with interrupts and CPUs as its cell wants them. */
function isAsMeant({ outcome, isMovedBack, cpuChanges = [] }: EventOf<'process-end'>): boolean {
  return outcome === 'ok' && !isMovedBack && cpuChanges.length === 0;
}

type Earlier = NonNullable<Plan['earlier']>;

/** As the supervisor counted while the earlier segments ran: see agent/supervise/schedule.ts. */
function earlierOf({ processes }: JournalData): Earlier {
  const earlier: Earlier = {};
  for (const process of processes) {
    const { ended, cell } = process;
    if (ended === null || ended.outcome === 'cancelled') continue;
    const { medians_ns, failuresInARow } = earlier[cell] ?? { medians_ns: [], failuresInARow: 0 };
    const steady_ns = process.iterations.duration_ns.view().subarray(ended.warmUpIterations);
    if (!isAsMeant(ended) || steady_ns.length === 0) {
      earlier[cell] = { medians_ns, failuresInARow: failuresInARow + 1 };
    } else {
      earlier[cell] = { medians_ns: [...medians_ns, median(steady_ns)], failuresInARow: 0 };
    }
  }
  return earlier;
}

/**
 * At least a millisecond: the schema knows no empty budget. What engines took to build is not of
 * it.
 */
function leftOf(totalBudgetMs: number | null, journal: JournalData): number | null {
  if (totalBudgetMs === null) return null;
  const built_ns = journal.processes.reduce((sum, { trtexec }) => sum + buildTime_ns(trtexec), 0);
  return Math.max(1, totalBudgetMs - Math.ceil((journal.lastT_ns - built_ns) / 1e6));
}

function buildTime_ns(event: EventOf<'trtexec'> | null): number {
  return event === null || event.build.isCached ? 0 : event.build.duration_ns;
}
