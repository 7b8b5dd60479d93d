import type { CounterRow, CounterTable } from './counter-table.ts';

export interface CounterDifference {
  /** CPUs that both readings list. */
  readonly cpus: readonly number[];
  /** In the file's order. */
  readonly rows: readonly CounterRow[];
  /** Sources of which a counter went back, not around: the CPU was offline in between. */
  readonly reset: readonly string[];
  /** Sources left out because a reading has their row damaged. */
  readonly unread: readonly string[];
}

const WRAP = 2 ** 32;

/**
 * What was counted between two readings, by the sources that counted anything. Counters are 32 bits
 * wide and wrap; a step of more than half that range is a counter that was reset and counts as
 * nothing. A source that appeared counts from zero, one that disappeared is left out, and so is one
 * whose row could not be read in either.
 */
export function counterDifference(before: CounterTable, after: CounterTable): CounterDifference {
  const steps = counterSteps(before, after);
  return { ...steps, rows: steps.rows.filter(({ counts }) => counts.some((value) => value > 0)) };
}

/** The same with the sources that counted nothing. */
export function counterSteps(before: CounterTable, after: CounterTable): CounterDifference {
  const cpus = after.cpus.filter((cpu) => before.cpus.includes(cpu));
  const earlier = new Map(before.rows.map((row) => [row.id, row]));
  const isUnread = unreadIn(before, earlier);
  const unread = [
    ...after.problems.flatMap(({ id }) => id ?? []),
    ...after.rows.map(({ id }) => id).filter(isUnread),
  ];
  const reset: string[] = [];
  const columnsBefore = cpus.map((cpu) => before.cpus.indexOf(cpu));
  const columnsAfter = cpus.map((cpu) => after.cpus.indexOf(cpu));
  const readable = after.rows.filter(({ id }) => !unread.includes(id));
  const rows = readable.map((row): CounterRow => {
    const then = countsOf(earlier.get(row.id), columnsBefore);
    const counts = countsOf(row, columnsAfter).map((value, k) => {
      const step = (value - (then[k] ?? 0) + WRAP) % WRAP;
      if (step <= WRAP / 2) return step;
      reset.push(row.id);
      return 0;
    });
    return { ...row, counts };
  });
  return { cpus, rows, reset: [...new Set(reset)], unread: [...new Set(unread)] };
}

/**
 * Whether a source has a damaged row in this reading. Where a damaged row does not tell its source,
 * that is every source without a row: one of them did not appear, and its counts since boot are
 * none of the time between.
 */
function unreadIn(
  { problems, unread }: CounterTable,
  rows: ReadonlyMap<string, CounterRow>,
): (id: string) => boolean {
  const named = new Set(problems.flatMap(({ id }) => id ?? []));
  return (id) => named.has(id) || (unread > named.size && !rows.has(id));
}

function countsOf(row: CounterRow | undefined, columns: readonly number[]): readonly number[] {
  if (row === undefined) return [];
  return row.isTotal ? row.counts : columns.map((column) => row.counts[column] ?? 0);
}

/** Sum over sources for each CPU of `difference.cpus`; totals without a CPU are left out. */
export function countsPerCpu(difference: CounterDifference): number[] {
  return difference.cpus.map((_, k) =>
    difference.rows
      .filter(({ isTotal }) => !isTotal)
      .reduce((sum, row) => sum + (row.counts[k] ?? 0), 0),
  );
}
