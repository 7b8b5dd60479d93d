import { median } from '../../agent/contract/statistics/quantile.ts';
import type { JetsonState } from './jetson-state.ts';

/** Fewer readings of a cell than this do not say what is usual. */
const MIN_READINGS = 8;
/**
 * Modified z-score that is an outlier (Iglewicz and Hoaglin, How to Detect and Handle Outliers,
 * 1993).
 */
const Z_BOUND = 3.5;
const MAD_TO_SIGMA = 1.4826;
const BURST_FACTOR = 2;
/**
 * A hundred interrupts of ten microseconds are a thousandth of one CPU: fewer make nothing slow.
 */
const BURST_MIN_PER_S = 100;
/** About one step of an Orin's clock: 77 MHz of 1.5 GHz. */
const CLOCK_DROP = 0.05;

/** What was counted from one moment to another. */
export interface Window {
  readonly start_ns: number;
  readonly end_ns: number;
  readonly count: number;
}

/**
 * The rate above which a window of so many seconds is a burst, from all windows of a cell: median +
 * 3.5 · max(1.4826 · MAD, the Poisson deviation of the median), and at least twice the median and
 * 100/s above it. Null with too few.
 */
export function burstBound(windows: readonly Window[]): ((seconds: number) => number) | null {
  if (windows.length < MIN_READINGS) return null;
  const rates = windows.map((window) => window.count / secondsOf(window));
  const usual = median(rates);
  const spread = MAD_TO_SIGMA * median(rates.map((rate) => Math.abs(rate - usual)));
  return (seconds) => {
    const sigma = Math.max(spread, Math.sqrt(usual / seconds));
    return Math.max(usual + Z_BOUND * sigma, BURST_FACTOR * usual, usual + BURST_MIN_PER_S);
  };
}

/**
 * The clock below which a sample is a drop: median − max(5 %, 3.5 · 1.4826 · MAD). Null with too
 * few.
 */
export function dropBound(clocks: readonly number[]): number | null {
  if (clocks.length < MIN_READINGS) return null;
  const usual = median(clocks);
  const spread = MAD_TO_SIGMA * median(clocks.map((hz) => Math.abs(hz - usual)));
  return usual - Math.max(CLOCK_DROP * usual, Z_BOUND * spread);
}

/**
 * The slowest clock that a worker's threads had if they ran on the fastest CPUs open to them: which
 * ones they ran on is not sampled, and an idle CPU's clock falls without any harm. `allowed` null:
 * all CPUs.
 */
export function busyClock(
  { cpus }: JetsonState,
  allowed: readonly number[] | null,
  threads: number,
): number | null {
  const clocks = [...cpus]
    .filter(([cpu]) => allowed === null || allowed.includes(cpu))
    .flatMap(([, { currentHz }]) => currentHz ?? [])
    .sort((a, b) => b - a);
  return clocks[Math.min(threads, clocks.length) - 1] ?? null;
}

/** Whether more was counted in a window than `burstBound` allows. */
export function isBurst(window: Window, bound: (seconds: number) => number): boolean {
  const seconds = secondsOf(window);
  return window.count / seconds > bound(seconds);
}

function secondsOf({ start_ns, end_ns }: Window): number {
  return (end_ns - start_ns) / 1e9;
}
