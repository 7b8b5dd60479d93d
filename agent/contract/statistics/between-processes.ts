import { chiSquareQuantile } from './chi-square.ts';
import { studentTQuantile } from './student-t.ts';

/** A typical value over processes and its interval, in the unit of the values. */
export interface ProcessInterval {
  /** Geometric mean of the process medians. */
  readonly estimate: number;
  readonly lo: number;
  readonly hi: number;
  /** Half the interval as a share of the estimate: 0.01 is 1 %. */
  readonly halfWidth: number;
  readonly k: number;
}

/** The interval of a cell, and whether it is as narrow as asked beyond doubt. */
export interface CellInterval extends ProcessInterval {
  /** True where the target holds even at the largest spread that the processes leave possible. */
  readonly isPrecise: boolean;
  /** The half-width at that spread: what `isPrecise` looks at. Infinity with too few processes. */
  readonly limitHalfWidth: number;
}

/** Fewer processes than this never make a cell precise: their spread may be anything. */
export const LEAST_PRECISE = 5;
/** Two-sided 95 % of the normal distribution. */
const Z = 1.959963984540054;
/** How often the upper limit of the spread may be too low, from this many processes on. */
const SPREAD_RISK = { final: 0.01, from: 20 } as const;
/** Beyond this many processes a plan is no longer advice. */
const MOST_NEEDED = 10_000;

/**
 * t interval on logarithms, `exp(mean ± t(K-1) · s / √K)`. Null with fewer than two values or one
 * that is not positive.
 */
export function processInterval(values: readonly number[], level = 0.95): ProcessInterval | null {
  const found = logMoments(values);
  if (found === null) return null;
  const { mean, sd, k } = found;
  return around(mean, (studentTQuantile((1 + level) / 2, k - 1) * sd) / Math.sqrt(k), k);
}

/**
 * The interval of a cell over its process medians: 95 % or more, also of those cells that are
 * called precise. Their spread is small by luck more often than others', so that they are judged by
 * an upper limit of the spread, `u = 1.96 · s · √((K-1) / χ²(K-1, α)) / √K`: where u is within
 * `target` (a share), it is the half-width and the cell is precise; else the half-width is that of
 * the t interval, but no less than the target. A cell is looked at after each process, so that α is
 * spent as in group-sequential designs (Lan and DeMets 1983), little at first: 0.01 · min(1,
 * K/20)².
 */
export function cellInterval(medians: readonly number[], target: number): CellInterval | null {
  const found = logMoments(medians);
  if (found === null) return null;
  const { mean, sd, k } = found;
  const limit = k < LEAST_PRECISE ? Infinity : limitReach(sd, k);
  const limitHalfWidth = Math.sinh(limit);
  const isPrecise = limitHalfWidth <= target;
  const t = (studentTQuantile(0.975, k - 1) * sd) / Math.sqrt(k);
  const reach = isPrecise ? limit : Math.max(t, Math.asinh(target));
  return { ...around(mean, reach, k), isPrecise, limitHalfWidth };
}

/**
 * How many processes would make a cell precise if their spread stayed as it is: at least
 * `medians.length` and five; Infinity when no plan would.
 */
export function processesNeeded(medians: readonly number[], target: number): number {
  const found = logMoments(medians);
  if (found === null) return LEAST_PRECISE;
  let k = Math.max(found.k, LEAST_PRECISE);
  while (k <= MOST_NEEDED && Math.sinh(limitReach(found.sd, k)) > target) {
    k = Math.max(k + 1, Math.floor(k * 1.02));
  }
  return k <= MOST_NEEDED ? k : Infinity;
}

/** Half the interval, in logarithms, at the upper limit of the spread. */
function limitReach(sd: number, k: number): number {
  return limitFactor(k) * sd;
}

const limitFactors = new Map<number, number>();

/** Remembered: a quantile takes a hundred evaluations of a series. */
function limitFactor(k: number): number {
  const known = limitFactors.get(k);
  if (known !== undefined) return known;
  const risk = SPREAD_RISK.final * Math.min(1, k / SPREAD_RISK.from) ** 2;
  const spread = Math.sqrt((k - 1) / chiSquareQuantile(risk, k - 1));
  const factor = (Z * spread) / Math.sqrt(k);
  limitFactors.set(k, factor);
  return factor;
}

function around(mean: number, reach: number, k: number): ProcessInterval {
  const estimate = Math.exp(mean);
  const lo = Math.exp(mean - reach);
  const hi = Math.exp(mean + reach);
  return { estimate, lo, hi, halfWidth: (hi - lo) / 2 / estimate, k };
}

/** Mean and standard deviation of the logarithms; null where there are none. */
function logMoments(
  values: readonly number[],
): { readonly mean: number; readonly sd: number; readonly k: number } | null {
  const k = values.length;
  if (k < 2 || values.some((value) => !(value > 0 && Number.isFinite(value)))) return null;
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / k;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (k - 1);
  return { mean, sd: Math.sqrt(variance), k };
}
