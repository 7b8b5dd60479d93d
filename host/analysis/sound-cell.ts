import type * as z from 'zod';
import { TeleCollector } from '../journal/tele-collector.ts';
import type { CellAnalysis } from './analyse-cell.ts';
import { type CellSurroundings, computeCell } from './compute-cell.ts';
import { type CellResult, cellResult } from './result/cell-result.ts';
import { resultSchema } from './result/result.ts';
import { roundNumbers } from './round-numbers.ts';

/**
 * What a run says about one cell. A journal may fit its schema and still hold what cannot be, such
 * as counts whose sum no number holds exactly: the cell then has no figures, and says which one
 * could not be.
 */
export function soundCell(analysis: CellAnalysis, around: CellSurroundings): CellResult {
  const computed = computeCell(analysis, around);
  const problem = misfit(cellResult, computed);
  if (problem === null) return computed;
  const { cell, processes } = analysis;
  const nothing = { cell, processes: [], counted: [] };
  const tele = new TeleCollector().data();
  const journal = { ...around.journal, tele, placements: new Map(), processes: [] };
  return {
    ...computeCell(nothing, { ...around, journal, reference: null }),
    n_processes_excluded: processes.length,
    verdict: {
      kind: 'INVALID',
      reason: `its journal holds numbers that cannot be: ${problem}`,
      action: 'measure again; where it repeats, the agent or the board is not to be trusted',
    },
  };
}

/** Comparisons that are numbers: times of nothing have no ratio. */
export function soundComparisons<T>(comparisons: readonly T[]): T[] {
  return comparisons.filter(
    (each) => misfit(resultSchema.shape.comparisons.element, each) === null,
  );
}

/** A part of the result beside its cells, or null where it cannot be. */
export function soundOrNull<T>(schema: z.ZodType, value: T): T | null {
  return misfit(schema, value) === null ? value : null;
}

/** Where a value does not fit; null where it does. */
function misfit(schema: z.ZodType, value: unknown): string | null {
  const [issue] = schema.safeParse(roundNumbers(value)).error?.issues ?? [];
  return issue === undefined ? null : issue.path.join('.');
}
