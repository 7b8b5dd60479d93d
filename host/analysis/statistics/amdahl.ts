import { studentTQuantile } from '../../../agent/contract/statistics/student-t.ts';

/** Times of one block by number of threads. */
export type ThreadTimes = ReadonlyMap<number, number>;

export interface AmdahlFit {
  /**
   * Share of the work that does not spread over threads, with its 95 % interval over blocks; null
   * with one block.
   */
  readonly serial: number;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly blocks: number;
  /** Largest relative distance of a mean time from the fitted curve. */
  readonly worstMisfit: number;
  /** Numbers of threads that the fit rests on: two always fit. */
  readonly threads: readonly number[];
}

const LEVEL = 0.95;

/**
 * Amdahl's law T(n) = T(1) · (s + (1 − s) / n) fitted to the times of each block by least squares
 * of relative errors, then the mean of s over blocks with a t interval. Null without two numbers of
 * threads in common. A negative s is a speed-up beyond the number of threads: the time with one
 * thread is suspect then.
 */
export function fitAmdahl(blocks: readonly ThreadTimes[]): AmdahlFit | null {
  const all = [...new Set(blocks.flatMap((block) => [...block.keys()]))].sort((a, b) => a - b);
  const complete = blocks.filter((block) => all.every((threads) => block.has(threads)));
  if (all.length < 2 || complete.length === 0) return null;
  const fits = complete.map((block) => fitBlock(block, all));
  const serial = mean(fits.map((fit) => fit.serial));
  const variance =
    fits.reduce((sum, fit) => sum + (fit.serial - serial) ** 2, 0) / Math.max(1, fits.length - 1);
  const reach =
    fits.length < 2
      ? null
      : studentTQuantile((1 + LEVEL) / 2, fits.length - 1) * Math.sqrt(variance / fits.length);
  const misfits = all.map((threads) => {
    const measured = mean(complete.map((block) => block.get(threads) ?? 0));
    const fitted = mean(fits.map((fit) => fit.fixed + fit.shared / threads));
    return Math.abs(fitted / measured - 1);
  });
  return {
    serial,
    lo: reach === null ? null : serial - reach,
    hi: reach === null ? null : serial + reach,
    blocks: complete.length,
    worstMisfit: Math.max(...misfits),
    threads: all,
  };
}

/** T(n) = fixed + shared / n, each time weighted by its inverse square. */
function fitBlock(block: ThreadTimes, threads: readonly number[]) {
  const sums = { w: 0, x: 0, xx: 0, y: 0, xy: 0 };
  for (const n of threads) {
    const y = block.get(n) ?? 0;
    const w = 1 / (y * y);
    const x = 1 / n;
    sums.w += w;
    sums.x += w * x;
    sums.xx += w * x * x;
    sums.y += w * y;
    sums.xy += w * x * y;
  }
  const determinant = sums.w * sums.xx - sums.x * sums.x;
  const shared = (sums.w * sums.xy - sums.x * sums.y) / determinant;
  const fixed = (sums.y - shared * sums.x) / sums.w;
  return { fixed, shared, serial: fixed / (fixed + shared) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
