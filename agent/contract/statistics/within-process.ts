import { medianOfSorted, sorted } from './quantile.ts';

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959963984540054;
/** Below this many independent values no two ranks enclose the median with 95 %: 2 · 2⁻⁵ is 6 %. */
const MIN_EFFECTIVE = 6;
/** Ranks come from the binomial distribution itself up to here. */
const MAX_EXACT = 200;
/** Bounds the work on very long series: products summed over all lags. */
const MAX_PRODUCTS = 5e7;

interface EffectiveSampleSize {
  /** How many iterations carry as much information as one independent one; at least 1. */
  readonly tau: number;
  readonly nEff: number;
}

/**
 * Effective sample size for the median of a series in time order: autocorrelation of the indicator
 * "above the median", pairs of lags summed while positive (Geyer 1992, initial positive sequence).
 */
function effectiveSampleSize(values: Float64Array, centre: number): EffectiveSampleSize {
  const n = values.length;
  if (n < 2) return { tau: 1, nEff: n };
  const above = new Float64Array(n);
  let share = 0;
  for (let i = 0; i < n; i += 1) {
    if ((values[i] ?? 0) > centre) share += 1;
  }
  share /= n;
  const variance = share * (1 - share);
  if (variance === 0) return { tau: 1, nEff: n };
  for (let i = 0; i < n; i += 1) above[i] = ((values[i] ?? 0) > centre ? 1 : 0) - share;
  const lastLag = Math.min(n - 2, Math.max(2, Math.floor(MAX_PRODUCTS / n)));
  let sum = 0;
  for (let lag = 1; lag <= lastLag; lag += 2) {
    const pair = (lagProduct(above, lag) + lagProduct(above, lag + 1)) / (n * variance);
    if (pair <= 0) break;
    sum += pair;
  }
  const tau = Math.max(1, 1 + 2 * sum);
  return { tau, nEff: n / tau };
}

function lagProduct(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = values.length - lag - 1; i >= 0; i -= 1) {
    sum += (values[i] ?? 0) * (values[i + lag] ?? 0);
  }
  return sum;
}

/** A median with its 95 % order-statistic interval, in the unit of the values. */
export interface MedianInterval {
  readonly median: number;
  /** 0 and Infinity where too few independent values allow no interval. */
  readonly lo: number;
  readonly hi: number;
  readonly nEff: number;
  readonly tau: number;
  /** Half the interval as a share of the median: 0.01 is 1 %; Infinity without an interval. */
  readonly halfWidth: number;
}

/**
 * Median of one process' iterations (in time order) with a 95 % interval that honours
 * autocorrelation. It says nothing of the next process: label it "within-process".
 */
export function medianInterval(values: Float64Array): MedianInterval {
  const ascending = sorted(values);
  const centre = medianOfSorted(ascending);
  const { tau, nEff } = effectiveSampleSize(values, centre);
  if (!(nEff >= MIN_EFFECTIVE)) {
    return { median: centre, lo: 0, hi: Infinity, nEff, tau, halfWidth: Infinity };
  }
  const { low, high } =
    tau === 1 && values.length <= MAX_EXACT
      ? exactRanks(values.length)
      : normalRanks(values.length, nEff);
  const lo = ascending[low - 1] ?? 0;
  const hi = ascending[high - 1] ?? Infinity;
  return { median: centre, lo, hi, nEff, tau, halfWidth: (hi - lo) / 2 / centre };
}

interface Ranks {
  readonly low: number;
  readonly high: number;
}

/**
 * Ranks (from 1) of the values that enclose the median with at least 95 %: the largest l with
 * P(Bin(n, ½) ≤ l-1) ≤ 2.5 % and the smallest u with P(Bin(n, ½) ≤ u-1) ≥ 97.5 %.
 */
export function exactRanks(n: number): Ranks {
  let probability = 0.5 ** n;
  let cumulative = 0;
  let low = 0;
  for (let k = 0; k < n; k += 1) {
    cumulative += probability;
    if (cumulative > 0.025) break;
    low = k + 1;
    probability *= (n - k) / (k + 1);
  }
  // Symmetric: the upper rank mirrors the lower one.
  return { low, high: n + 1 - low };
}

function normalRanks(n: number, nEff: number): Ranks {
  const reach = (Z * 0.5) / Math.sqrt(nEff);
  const clamp = (rank: number) => Math.min(n, Math.max(1, rank));
  return {
    low: clamp(Math.floor((0.5 - reach) * n) + 1),
    high: clamp(Math.ceil((0.5 + reach) * n) + 1),
  };
}
