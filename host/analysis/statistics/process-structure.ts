import {
  studentTQuantile,
  studentTTwoSided,
} from '../../../agent/contract/statistics/student-t.ts';

/** Modes, trends and stragglers below this share are left to the interval. */
const LEAST_DIFFERENCE = Math.log1p(0.03);
/** Each test alarms in at most this share of cells whose processes differ by chance alone. */
const LEVEL = 0.01;
/** Fewer values than this tell nothing of their structure. */
const LEAST = 4;

/**
 * 99 % quantiles of (gap between two groups) / (range of the wider group) for 4, 5, … 20 values of
 * one mode: the largest of those for normal, uniform and exponential values, 100,000 samples each
 * (`bench/truth`, study modeThresholds).
 */
const gapThresholds = [
  12.69, 6.86, 4.67, 3.65, 3.06, 2.65, 2.35, 2.17, 2.0, 1.87, 1.78, 1.66, 1.59, 1.55, 1.49, 1.43,
  1.39,
] as const;

/** Two groups of processes, ascending. */
export type Modes = readonly [low: readonly number[], high: readonly number[]];

/**
 * Two modes among process medians: two or more in each, at least 3 % between them, and a gap so
 * wide beside both groups that one mode shows it in at most 1 % of cells. Null where there are
 * none.
 */
export function twoModes(medians: readonly number[]): Modes | null {
  const ascending = [...medians].sort((a, b) => a - b);
  const logs = ascending.map(Math.log);
  const threshold = gapThresholds[Math.min(logs.length - LEAST, gapThresholds.length - 1)];
  const found = widestGap(logs);
  if (found === null || threshold === undefined) return null;
  if (found.gap < LEAST_DIFFERENCE || found.gap <= threshold * found.range) return null;
  return [ascending.slice(0, found.at), ascending.slice(found.at)];
}

/**
 * The split of ascending values, two or more on each side, whose gap is widest beside the wider
 * side's range.
 */
export function widestGap(
  ascending: readonly number[],
): { readonly at: number; readonly gap: number; readonly range: number } | null {
  const last = ascending.length - 1;
  const value = (at: number) => ascending[at] ?? Number.NaN;
  let best: { at: number; gap: number; range: number } | null = null;
  for (let at = 2; at <= last - 1; at += 1) {
    const gap = value(at) - value(at - 1);
    const range = Math.max(value(at - 1) - value(0), value(last) - value(at));
    if (best === null || gap * best.range > best.gap * range) best = { at, gap, range };
  }
  return best;
}

/**
 * Change of the process medians from the first block to the last by a straight line through their
 * logarithms: a ratio less 1. Null where it is below 3 %, or where chance alone would show it in
 * more than 1 % of cells (t test of the slope).
 */
export function trendOverBlocks(
  processes: readonly { readonly block: number; readonly median: number }[],
): number | null {
  const n = processes.length;
  if (n < LEAST) return null;
  const logs = processes.map(({ median }) => Math.log(median));
  const meanBlock = processes.reduce((sum, { block }) => sum + block, 0) / n;
  const meanLog = logs.reduce((sum, value) => sum + value, 0) / n;
  const offsets = processes.map(({ block }) => block - meanBlock);
  const squares = offsets.reduce((sum, offset) => sum + offset ** 2, 0);
  const slope =
    offsets.reduce((sum, offset, i) => sum + offset * ((logs[i] ?? 0) - meanLog), 0) / squares;
  const residual = offsets.reduce(
    (sum, offset, i) => sum + ((logs[i] ?? 0) - meanLog - slope * offset) ** 2,
    0,
  );
  const change = slope * (Math.max(...offsets) - Math.min(...offsets));
  if (!(Math.abs(change) >= LEAST_DIFFERENCE)) return null;
  const error = Math.sqrt(residual / (n - 2) / squares);
  if (error > 0 && studentTTwoSided(slope / error, n - 2) > LEVEL) return null;
  return Math.expm1(change);
}

/**
 * How far one process lies from all others, as a ratio less 1, where Grubbs' test (1950) at 1 %
 * calls it an outlier and it is 3 % or more. One process is no mode yet: it may be the first one
 * seen of a mode that few have.
 */
export function loneProcess(medians: readonly number[]): number | null {
  const n = medians.length;
  if (n < LEAST) return null;
  const logs = medians.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  const sd = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const farthest = logs.reduce((a, b) => (Math.abs(b - mean) > Math.abs(a - mean) ? b : a));
  const t = studentTQuantile(1 - LEVEL / (2 * n), n - 2);
  const critical = ((n - 1) / Math.sqrt(n)) * Math.sqrt(t ** 2 / (n - 2 + t ** 2));
  if (!(Math.abs(farthest - mean) > critical * sd)) return null;
  const distance = ((farthest - mean) * n) / (n - 1);
  return Math.abs(distance) >= LEAST_DIFFERENCE ? Math.expm1(distance) : null;
}
