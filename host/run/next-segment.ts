import type { Plan } from '../../agent/protocol/plan.ts';
import type { JournalData } from '../results/journal-data.ts';

/**
 * The plan by which a run that was cut goes on: the same, with what is missing of its order. Missing are the cells of
 * each block that have no process that went well, but not cells that had left the plan. Process numbers go on, and a
 * total budget is what the earlier segments left of it.
 * @throws Error when the journal has no plan.
 */
export function nextSegment(journal: JournalData): Plan {
  const plan = journal.hello?.plan;
  if (plan === undefined) throw new Error('a journal without a plan gives no result to resume');
  const { effort } = plan;
  const place = (block: number, cell: string) => `${block}/${cell}`;
  const done = new Set(
    journal.processes
      .filter(({ ended }) => ended?.outcome === 'ok')
      .map(({ block, cell }) => place(block, cell)),
  );
  const isMissing = (block: number, cell: string) =>
    !done.has(place(block, cell)) && !journal.cellEnds.has(cell);
  return {
    ...plan,
    order: plan.order.map((cells, block) => cells.filter((cell) => isMissing(block, cell))),
    effort: { ...effort, totalBudgetMs: leftOf(effort.totalBudgetMs, journal) },
    segment: (journal.segments?.length ?? 1) + 1,
    firstProcess: Math.max(-1, ...journal.processes.map(({ process }) => process)) + 1,
  };
}

/** At least a millisecond: the schema knows no empty budget. */
function leftOf(totalBudgetMs: number | null, { lastT_ns }: JournalData): number | null {
  return totalBudgetMs === null ? null : Math.max(1, totalBudgetMs - Math.ceil(lastT_ns / 1e6));
}
