import { cellInterval } from '../../../agent/contract/statistics/between-processes.ts';
import { median, sorted } from '../../../agent/contract/statistics/quantile.ts';
import { percentileMinimum, percentileOfSorted } from './percentiles.ts';

/** What is known of a cell while it is still measured: no verdict, no changepoints. */
export interface RunningEstimate {
  readonly median_ns: number;
  /** Of the 95 % interval, as a share of the median; null with fewer than two processes. */
  readonly halfWidth: number | null;
  readonly processes: number;
}

/**
 * The formulas of the final result over the process medians so far, for the plan's precision; null
 * before the first.
 */
export function runningEstimate(
  medians_ns: readonly number[],
  precision: number,
): RunningEstimate | null {
  const [first] = medians_ns;
  if (first === undefined) return null;
  const interval = cellInterval(medians_ns, precision);
  return {
    median_ns: interval?.estimate ?? median(medians_ns),
    halfWidth: interval?.halfWidth ?? null,
    processes: medians_ns.length,
  };
}

/** Steady iterations of one process so far; p90 and p99 are null until there are enough of them. */
export interface RunningDistribution {
  readonly count: number;
  readonly p50_ns: number;
  readonly p90_ns: number | null;
  readonly p99_ns: number | null;
  readonly max_ns: number;
}

export function runningDistribution(durations_ns: readonly number[]): RunningDistribution | null {
  if (durations_ns.length === 0) return null;
  const ascending = sorted(durations_ns);
  const from = (least: number, q: number) =>
    ascending.length >= least ? percentileOfSorted(ascending, q) : null;
  return {
    count: ascending.length,
    p50_ns: median(durations_ns),
    p90_ns: from(percentileMinimum.p90, 0.9),
    p99_ns: from(percentileMinimum.p99, 0.99),
    max_ns: ascending.at(-1) ?? 0,
  };
}
