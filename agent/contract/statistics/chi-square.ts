import { lnGamma } from './log-gamma.ts';

/** P(a, x), the regularised lower incomplete gamma function, by its series (DLMF 8.11.4). */
function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 10_000; n += 1) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-16) break;
  }
  return sum * Math.exp(a * Math.log(x) - x - lnGamma(a));
}

/** Quantile of chi-square: the x with P(X ≤ x) = p, for 0 < p < 1 and `degrees` > 0. */
export function chiSquareQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = degrees;
  while (lowerGamma(degrees / 2, high / 2) < p) {
    low = high;
    high *= 2;
  }
  for (let i = 0; i < 200; i += 1) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (lowerGamma(degrees / 2, middle / 2) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
