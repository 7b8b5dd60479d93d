/** An estimate and the variance of its error. */
export interface Estimate {
  readonly value: number;
  readonly variance: number;
}

export interface RandomEffects {
  readonly mean: number;
  /** Of the error of the mean. */
  readonly variance: number;
  /** Variance of the true values between units, beyond the errors of their estimates. */
  readonly between: number;
}

/**
 * A mean over units whose true values differ: the random-effects model with the estimator of
 * DerSimonian and Laird (Controlled Clinical Trials 7, 1986). With one unit nothing is known of the
 * variance between them: it is 0.
 */
export function randomEffects(units: readonly Estimate[]): RandomEffects {
  const fixed = weightedMean(units, 0);
  const weights = units.map(({ variance }) => 1 / floored(variance));
  const total = sum(weights);
  const q = sum(units.map(({ value }, i) => (weights[i] ?? 0) * (value - fixed.mean) ** 2));
  const scale = total - sum(weights.map((weight) => weight ** 2)) / total;
  const between = scale > 0 ? Math.max(0, (q - (units.length - 1)) / scale) : 0;
  return { ...weightedMean(units, between), between };
}

function weightedMean(units: readonly Estimate[], between: number) {
  const weights = units.map(({ variance }) => 1 / (floored(variance) + between));
  const total = sum(weights);
  return {
    mean: sum(units.map(({ value }, i) => (weights[i] ?? 0) * value)) / total,
    variance: 1 / total,
  };
}

/** Estimates without any error, as of identical values, must not weigh infinitely. */
function floored(variance: number): number {
  return Math.max(variance, 1e-12);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
