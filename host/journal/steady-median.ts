import { median } from '../../agent/contract/statistics/quantile.ts';

/** Durations of a process's iterations in nanoseconds, as its events brought them: warm-up first. */
export type Batches = readonly (readonly number[])[];

/** Median of the newest batch, in nanoseconds; null before the first. */
export function recentMedian_ns(batches: Batches): number | null {
  const newest = batches.at(-1) ?? [];
  return newest.length === 0 ? null : median(newest);
}

/**
 * The iterations after the warm-up: their median in nanoseconds, as it stands in the result, and how many there are.
 * Null where there are none.
 */
export function steadyMedian(
  batches: Batches,
  warmUpIterations: number,
): { readonly median_ns: number; readonly count: number } | null {
  const steady_ns = batches.flat().slice(warmUpIterations);
  const { length: count } = steady_ns;
  return count === 0 ? null : { median_ns: median(steady_ns), count };
}
