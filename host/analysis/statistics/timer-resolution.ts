import { sorted } from '../../../agent/contract/statistics/quantile.ts';

/** The smallest step seen between two durations, in their unit; at least 1. */
export function timerResolution(values: Float64Array): number {
  const ascending = sorted(values);
  let step = Infinity;
  for (let i = 1; i < ascending.length; i += 1) {
    const gap = (ascending[i] ?? 0) - (ascending[i - 1] ?? 0);
    if (gap > 0 && gap < step) step = gap;
  }
  return Number.isFinite(step) ? Math.max(1, step) : 1;
}
