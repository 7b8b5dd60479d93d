import { processInterval } from '../../../agent/contract/statistics/between-processes.ts';
import { median, sorted } from '../../../agent/contract/statistics/quantile.ts';

/**
 * Effective iterations that a process needs for its percentile to be near the true one: one and a
 * half are expected beyond it. With fewer, the estimate is as good as the maximum.
 */
export const percentileMinimum = { p90: 15, p95: 30, p99: 150, p999: 1500 } as const;
/**
 * An interval takes this many times as much: correlated iterations bias the percentile of a short
 * process, and a number of effective iterations that is itself an estimate lets some through that
 * are shorter.
 */
const INTERVAL_FACTOR = 3;
export type PercentileName = keyof typeof percentileMinimum;
const quantiles: Record<PercentileName, number> = { p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 };
const label: Record<PercentileName, string> = { p90: 'p90', p95: 'p95', p99: 'p99', p999: 'p99.9' };

/** Steady iterations of one process and how many independent ones they are worth. */
export interface ProcessIterations {
  readonly values: Float64Array;
  readonly nEff: number;
}

export interface Percentile {
  /** Geometric mean of the processes' own percentiles, in the unit of the values. */
  readonly value: number | null;
  /**
   * 95 % t interval over the logarithms of the processes' percentiles; null with fewer than two, or
   * too short ones.
   */
  readonly lo: number | null;
  readonly hi: number | null;
  /** Effective iterations of a typical process (the median over processes). */
  readonly nEff: number;
  readonly needed: number;
  /** Why there is no value. */
  readonly reason: string | null;
}

/**
 * Percentiles of a typical process: each process' own, then their geometric mean, as the headline
 * is of medians. Processes with too few effective iterations do not enter; where these are more
 * than half, there is none.
 */
export function processPercentiles(
  processes: readonly ProcessIterations[],
): Record<PercentileName, Percentile> {
  const ascending = processes.map(({ values, nEff }) => ({ values: sorted(values), nEff }));
  const typical = median(processes.map(({ nEff }) => nEff));
  const of = (name: PercentileName): Percentile => {
    const needed = percentileMinimum[name];
    const entering = ascending.filter(({ nEff }) => nEff >= needed);
    const none = { value: null, lo: null, hi: null, nEff: typical || 0, needed };
    if (entering.length === 0 || 2 * entering.length < ascending.length) {
      const reason = `${label[name]} n/a (N=${Math.floor(typical || 0)} < ${needed})`;
      return { ...none, reason };
    }
    const found = entering.map(({ values }) => percentileOfSorted(values, quantiles[name]));
    const over = processInterval(found);
    const interval = typical >= INTERVAL_FACTOR * needed ? over : null;
    return {
      ...none,
      value: over?.estimate ?? found[0] ?? null,
      lo: interval?.lo ?? null,
      hi: interval?.hi ?? null,
      reason: null,
    };
  };
  return { p90: of('p90'), p95: of('p95'), p99: of('p99'), p999: of('p999') };
}

/**
 * Quantile of ascending values, median-unbiased whatever their distribution (Hyndman and Fan's type
 * 8): between the neighbours of rank `(n + 1/3) q + 1/3`. NaN when there are none.
 */
export function percentileOfSorted(ascending: ArrayLike<number>, q: number): number {
  const n = ascending.length;
  const rank = Math.min(n, Math.max(1, (n + 1 / 3) * q + 1 / 3));
  const below = Math.floor(rank);
  const low = ascending[below - 1] ?? Number.NaN;
  const high = ascending[Math.min(n, below + 1) - 1] ?? low;
  return low + (rank - below) * (high - low);
}

/** Several series one after the other. */
export function concatenated(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
