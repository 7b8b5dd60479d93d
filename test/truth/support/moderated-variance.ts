import { chiSquareQuantile } from '../../../agent/contract/statistics/chi-square.ts';

/** A variance and what it is worth. */
interface Variance {
  readonly variance: number;
  readonly degrees: number;
}

/**
 * Variances drawn towards what they have in common (Smyth 2004): `(d0 s0² + d s²) / (d0 + d)` with
 * d0 + d degrees of freedom, s0² and d0 from the mean and the variance of ln s². One variance alone
 * has nothing to be drawn to.
 */
export function moderated(own: readonly Variance[]): Variance[] {
  const e = own.map(
    ({ variance, degrees }) => Math.log(variance) - psi(degrees / 2) + ln2(degrees),
  );
  const mean = e.reduce((sum, value) => sum + value, 0) / e.length;
  if (own.length < 2) return [...own];
  const scatter = e.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (e.length - 1);
  const sampling = own.reduce((sum, { degrees }) => sum + psiSlope(degrees / 2), 0) / own.length;
  if (!(scatter > sampling)) {
    // No more scatter than chance gives: all have one variance.
    const degrees = own.reduce((sum, each) => sum + each.degrees, 0);
    const variance = Math.exp(mean);
    return own.map(() => ({ variance, degrees }));
  }
  const d0 = 2 * inversePsiSlope(scatter - sampling);
  const s0 = Math.exp(mean + psi(d0 / 2) - ln2(d0));
  return own.map(({ variance, degrees }) => ({
    variance: (d0 * s0 + degrees * variance) / (d0 + degrees),
    degrees: d0 + degrees,
  }));
}

/** √(d / χ²(d, risk)): how much larger the deviation may be than the one that was seen. */
export function spreadFactor(degrees: number, risk: number): number {
  const whole = Math.round(degrees * 2) / 2;
  const key = `${whole}/${risk}`;
  const found = known.get(key) ?? Math.sqrt(whole / chiSquareQuantile(risk, whole));
  known.set(key, found);
  return found;
}

const known = new Map<string, number>();

function ln2(degrees: number): number {
  return Math.log(degrees / 2);
}

/** Digamma, by its recurrence and asymptotic series (DLMF 5.5.2, 5.11.2). */
function psi(x: number): number {
  if (x < 8) return psi(x + 1) - 1 / x;
  const r = 1 / (x * x);
  return Math.log(x) - 0.5 / x - r * (1 / 12 - r * (1 / 120 - r / 252));
}

/** Trigamma, likewise. */
function psiSlope(x: number): number {
  if (x < 8) return psiSlope(x + 1) + 1 / (x * x);
  const r = 1 / (x * x);
  return 1 / x + r / 2 + (r / x) * (1 / 6 - r * (1 / 30 - r / 42));
}

/** The x whose trigamma is `slope`: it falls steadily. */
function inversePsiSlope(slope: number): number {
  let [low, high] = [1e-3, 1e6];
  for (let i = 0; i < 60; i += 1) {
    const middle = Math.sqrt(low * high);
    if (psiSlope(middle) > slope) low = middle;
    else high = middle;
  }
  return low;
}
