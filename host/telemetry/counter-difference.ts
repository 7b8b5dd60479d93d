import type { CounterRow, CounterTable } from './counter-table.ts';

/** What one source counted between two readings. */
export interface CounterDelta {
  readonly id: string;
  readonly description: string;
  /** Per CPU of `cpus`; a source with a single total has one. */
  readonly counts: readonly number[];
}

export interface CounterDifference {
  /** CPUs that both readings list. */
  readonly cpus: readonly number[];
  /** In the file's order. */
  readonly rows: readonly CounterDelta[];
  /** Sources of which a counter went back, not around: the CPU was offline in between. */
  readonly reset: readonly string[];
}

const WRAP = 2 ** 32;

/**
 * What was counted between two readings, by the sources that counted anything. Counters are 32 bits wide and wrap; a step of more than half that
 * range is a counter that was reset and counts as nothing. A source that appeared counts from zero, one that
 * disappeared is left out.
 */
export function counterDifference(before: CounterTable, after: CounterTable): CounterDifference {
  const steps = counterSteps(before, after);
  return { ...steps, rows: steps.rows.filter(({ counts }) => counts.some((value) => value > 0)) };
}

/** The same with the sources that counted nothing. */
export function counterSteps(before: CounterTable, after: CounterTable): CounterDifference {
  const cpus = after.cpus.filter((cpu) => before.cpus.includes(cpu));
  const earlier = new Map(before.rows.map((row) => [row.id, row]));
  const reset: string[] = [];
  const columnsBefore = cpus.map((cpu) => before.cpus.indexOf(cpu));
  const columnsAfter = cpus.map((cpu) => after.cpus.indexOf(cpu));
  const rows = after.rows.map((row): CounterDelta => {
    const then = countsOf(earlier.get(row.id), before.cpus.length, columnsBefore);
    const counts = countsOf(row, after.cpus.length, columnsAfter).map((value, k) => {
      const step = (value - (then[k] ?? 0) + WRAP) % WRAP;
      if (step <= WRAP / 2) return step;
      reset.push(row.id);
      return 0;
    });
    return { id: row.id, description: row.description, counts };
  });
  return { cpus, rows, reset: [...new Set(reset)] };
}

function countsOf(
  row: CounterRow | undefined,
  width: number,
  columns: readonly number[],
): readonly number[] {
  if (row === undefined) return [];
  if (row.counts.length !== width) return row.counts;
  return columns.map((column) => row.counts[column] ?? 0);
}

/** Sum over sources for each CPU of `difference.cpus`; totals without a CPU are left out. */
export function countsPerCpu(difference: CounterDifference): number[] {
  return difference.cpus.map((_, k) =>
    difference.rows
      .filter((row) => row.counts.length === difference.cpus.length)
      .reduce((sum, row) => sum + (row.counts[k] ?? 0), 0),
  );
}
