/** Values in ascending order, as a new array. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/**
 * Median of ascending values: the middle one, or the mean of the middle two; NaN when there are
 * none.
 */
export function medianOfSorted(ascending: ArrayLike<number>): number {
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? Number.NaN;
  if (ascending.length % 2 === 1) return upper;
  return ((ascending[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median of values in any order; NaN when there are none. */
export function median(values: ArrayLike<number>): number {
  return medianOfSorted(sorted(values));
}

/**
 * Nearest-rank quantile (Hyndman and Fan's type 1): the smallest value that at least the share `q`
 * of all values does not exceed. `ascending` is sorted; NaN when it is empty.
 */
export function quantileOfSorted(ascending: ArrayLike<number>, q: number): number {
  const n = ascending.length;
  // 0.9 * 10 is 9.000000000000002 in some products: a hair above a whole rank is that rank.
  const rank = Math.ceil(q * n - 1e-9);
  return ascending[Math.min(n, Math.max(1, rank)) - 1] ?? Number.NaN;
}
