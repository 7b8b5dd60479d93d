import type { Cell, Plan } from '../../agent/contract/plan.ts';
import type { ProcessData } from '../journal/journal-data.ts';
import { analyseProcess, type ProcessAnalysis } from './analyse-process.ts';
import { groundOf, type RunGround } from './verdict/process-exclusion.ts';

/** A cell's processes seen through the statistics; those that count for the headline apart. */
export interface CellAnalysis {
  readonly cell: Cell;
  readonly processes: readonly ProcessAnalysis[];
  readonly counted: readonly ProcessAnalysis[];
}

/** Labels and sums up the processes of one cell, in the order in which they began. */
export function analyseCell(
  cell: Cell,
  plan: Plan,
  processes: readonly ProcessData[],
  ground: RunGround = groundOf(plan, processes, []),
): CellAnalysis {
  const analysed = processes
    .filter((process) => process.cell === cell.id)
    .map((process) => analyseProcess(process, cell, plan.effort, ground));
  return {
    cell,
    processes: analysed,
    counted: analysed.filter((process) => process.excluded === null),
  };
}
