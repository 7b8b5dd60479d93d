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

/**
 * The interval to publish: t on the logarithms of the process medians,
 * `exp(mean ± t(K-1) · s / √K)`. Null with fewer than two processes or a median that is not positive.
 */
export function processInterval(medians: readonly number[], level = 0.95): ProcessInterval | null {
  const k = medians.length;
  if (k < 2 || medians.some((value) => !(value > 0 && Number.isFinite(value)))) return null;
  const logs = medians.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / k;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (k - 1);
  const reach = studentTQuantile((1 + level) / 2, k - 1) * Math.sqrt(variance / k);
  const estimate = Math.exp(mean);
  const lo = Math.exp(mean - reach);
  const hi = Math.exp(mean + reach);
  return { estimate, lo, hi, halfWidth: (hi - lo) / 2 / estimate, k };
}

/** How many processes the half-width `target` would take, when `k` gave `halfWidth`; both are shares. */
export function processesNeeded(k: number, halfWidth: number, target: number): number {
  return Math.max(k, Math.ceil(k * (halfWidth / target) ** 2));
}
