import {
  medianOfSorted,
  quantileOfSorted,
  sorted,
} from '../../../agent/contract/statistics/quantile.ts';
import { timerResolution } from './timer-resolution.ts';

/** Makes the median absolute deviation of normal noise its standard deviation. */
const MAD_TO_SIGMA = 1.4826;
/** Modified z-score beyond which an iteration is called an outlier (hyperfine's bound). */
const Z_BOUND = 10;

export interface Outliers {
  /** Indices, ascending. */
  readonly indices: readonly number[];
  /** What they took beyond the median, summed, in the unit of the values. */
  readonly excess: number;
  /** Values beyond the third quartile plus three interquartile ranges. */
  readonly tukeySevere: number;
  /** Median absolute deviation, in the unit of the values. */
  readonly mad: number;
}

/** Median absolute deviation around `centre`. */
function medianAbsoluteDeviation(values: Float64Array, centre: number): number {
  return medianOfSorted(values.map((value) => Math.abs(value - centre)).sort());
}

/**
 * The steady iterations of one process that stand out: |x - median| > 10 · 1.4826 · MAD. They are
 * flagged and kept; no statistic leaves them out.
 */
export function findOutliers(values: Float64Array): Outliers {
  if (values.length === 0) return { indices: [], excess: 0, tukeySevere: 0, mad: 0 };
  const ascending = sorted(values);
  const centre = medianOfSorted(ascending);
  const mad = medianAbsoluteDeviation(values, centre);
  const bound = Z_BOUND * MAD_TO_SIGMA * (mad > 0 ? mad : timerResolution(values));
  const q1 = quantileOfSorted(ascending, 0.25);
  const q3 = quantileOfSorted(ascending, 0.75);
  const severe = q3 + 3 * (q3 - q1);
  const indices: number[] = [];
  let excess = 0;
  let tukeySevere = 0;
  values.forEach((value, i) => {
    if (value > severe) tukeySevere += 1;
    if (Math.abs(value - centre) <= bound) return;
    indices.push(i);
    excess += Math.max(0, value - centre);
  });
  return { indices, excess, tukeySevere, mad };
}
