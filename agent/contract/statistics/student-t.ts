import { lnGamma } from './log-gamma.ts';

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz' method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return fraction;
}

/** I_x(a, b), the regularised incomplete beta function. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** P(T > t) of Student's t with `degrees` > 0 degrees of freedom, for t ≥ 0. */
function upperTail(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
}

/** Two-sided p-value of a t statistic with `degrees` > 0 degrees of freedom. */
export function studentTTwoSided(t: number, degrees: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  return 2 * upperTail(Math.abs(t), degrees);
}

/** Quantile of Student's t: the t with P(T ≤ t) = p, for 0 < p < 1 and `degrees` > 0. */
export function studentTQuantile(p: number, degrees: number): number {
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentTQuantile(1 - p, degrees);
  const key = `${p}/${degrees}`;
  const known = quantiles.get(key);
  if (known !== undefined) return known;
  const found = upperQuantile(p, degrees);
  if (quantiles.size < MOST_REMEMBERED) quantiles.set(key, found);
  return found;
}

/**
 * The same few are asked for again and again, and each takes fifty evaluations of a continued
 * fraction.
 */
const quantiles = new Map<string, number>();
const MOST_REMEMBERED = 1000;

function upperQuantile(p: number, degrees: number): number {
  const tail = 1 - p;
  let low = 0;
  let high = 1;
  while (upperTail(high, degrees) > tail && high < 1e12) {
    low = high;
    high *= 2;
  }
  // The tail falls steadily, so halving always ends at the neighbouring doubles.
  for (let i = 0; i < 200; i += 1) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (upperTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
