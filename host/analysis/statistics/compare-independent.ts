import {
  studentTQuantile,
  studentTTwoSided,
} from '../../../agent/contract/statistics/student-t.ts';

/** Two sets of processes that were not paired: the ratio of their typical latencies. */
export interface IndependentComparison {
  /** Geometric mean of `after` over that of `before`: below 1 is faster. */
  readonly ratio: number;
  readonly lo: number;
  readonly hi: number;
  /** Two-sided, of no difference. */
  readonly p: number;
  readonly decision: 'faster' | 'slower' | 'equivalent' | 'inconclusive';
}

/**
 * Welch's t interval of the difference of mean logarithms, with the Welch–Satterthwaite degrees of
 * freedom. Decisions as for paired comparisons: faster and slower exclude 1 and differ by more than
 * `threshold`, equivalent lies within 1 ± `threshold`. Null with fewer than two processes on either
 * side.
 */
export function compareIndependent(
  before: readonly number[],
  after: readonly number[],
  threshold: number,
  level = 0.95,
): IndependentComparison | null {
  const a = momentsOfLogs(before);
  const b = momentsOfLogs(after);
  if (a === null || b === null) return null;
  const difference = b.mean - a.mean;
  const error = Math.sqrt(a.ofMean + b.ofMean);
  const reach = error === 0 ? 0 : studentTQuantile((1 + level) / 2, degreesOf(a, b)) * error;
  const p = pValue(difference, error, degreesOf(a, b));
  const ratio = Math.exp(difference);
  const lo = Math.exp(difference - reach);
  const hi = Math.exp(difference + reach);
  return { ratio, lo, hi, p, decision: decide({ ratio, lo, hi }, threshold) };
}

function pValue(difference: number, error: number, degrees: number): number {
  if (error > 0) return studentTTwoSided(difference / error, degrees);
  return difference === 0 ? 1 : 0;
}

interface Moments {
  readonly mean: number;
  /** Variance of the mean. */
  readonly ofMean: number;
  readonly count: number;
}

function momentsOfLogs(values: readonly number[]): Moments | null {
  const count = values.length;
  if (count < 2 || values.some((value) => !(value > 0 && Number.isFinite(value)))) return null;
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, value) => sum + value, 0) / count;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { mean, ofMean: variance / count, count };
}

function degreesOf(a: Moments, b: Moments): number {
  const sum = (a.ofMean + b.ofMean) ** 2;
  return sum / (a.ofMean ** 2 / (a.count - 1) + b.ofMean ** 2 / (b.count - 1));
}

function decide(
  { ratio, lo, hi }: Pick<IndependentComparison, 'ratio' | 'lo' | 'hi'>,
  threshold: number,
): IndependentComparison['decision'] {
  if (lo >= 1 - threshold && hi <= 1 + threshold) return 'equivalent';
  if (hi < 1 && ratio < 1 - threshold) return 'faster';
  if (lo > 1 && ratio > 1 + threshold) return 'slower';
  return 'inconclusive';
}
