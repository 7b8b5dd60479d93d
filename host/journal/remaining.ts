import type { Plan } from '../../agent/contract/plan.ts';
import type { RunState } from './run-state.ts';

/** What is left of a run. */
export interface Remaining {
  /** Processes that the plan still means to run at most. */
  readonly processes: number;
  /** These and those that are done. */
  readonly total: number;
  /** The time for them by those that ran, within the budget; null before the first has ended. */
  readonly etaMs: number | null;
}

/** @param run null before its first event; @param plan null before it is made. */
export function remaining(plan: Plan | null, run: RunState | null): Remaining {
  if (plan === null) return { processes: 0, total: 0, etaMs: null };
  const { cells, effort } = plan;
  const { maxBlocks, totalBudgetMs } = effort;
  const done = run?.processesDone ?? 0;
  // Between two processes the block is that of the last one.
  const block = run?.process?.block ?? 0;
  const later = Math.max(0, maxBlocks - block - 1) * Math.max(0, cells.length - cellsEnded(run));
  const now = Math.max(0, cells.length * (block + 1) - done);
  const processes = Math.min(later + now, cells.length * maxBlocks);
  const total = done + processes;
  if (run === null || run.firstProcess_ns === null || done === 0) {
    return { processes, total, etaMs: null };
  }
  const elapsedMs = (run.last_ns - run.firstProcess_ns) / 1e6;
  const etaMs = (elapsedMs / done) * processes;
  // As on the board, building engines is not of the budget.
  const leftMs = totalBudgetMs === null ? etaMs : totalBudgetMs - (elapsedMs - run.built_ns / 1e6);
  return { processes, total, etaMs: Math.max(0, Math.min(etaMs, leftMs)) };
}

function cellsEnded(run: RunState | null): number {
  return [...(run?.cells.values() ?? [])].filter(({ ended }) => ended !== null).length;
}
