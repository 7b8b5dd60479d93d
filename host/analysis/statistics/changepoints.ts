/** Shortest segment that may stand for a level, in points. */
export const MIN_SEGMENT = 10;

/**
 * Where a series changes its mean or variance: indices at which a new segment begins, ascending.
 * PELT (Killick, Fearnhead and Eckley 2012) with the Gaussian cost `m · (ln 2π + ln σ² + 1)` and
 * penalty `15 · ln n` (Barrett et al. 2017). `noiseFloor` keeps σ of a constant stretch from
 * vanishing.
 */
export function changepoints(values: Float64Array, noiseFloor: number): number[] {
  const n = values.length;
  if (n < 2 * MIN_SEGMENT) return [];
  const cost = gaussianCost(values, noiseFloor);
  const penalty = 15 * Math.log(n);
  const best = new Float64Array(n + 1).fill(Infinity);
  const previous = new Int32Array(n + 1);
  best[0] = -penalty;
  const starts = new Int32Array(n + 1);
  const prunedAt = new Float64Array(n + 1).fill(Infinity);
  const totals = new Float64Array(n + 1);
  let count = 1;
  for (let end = MIN_SEGMENT; end <= n; end += 1) {
    let lowest = Infinity;
    for (let k = 0; k < count; k += 1) {
      const start = starts[k] ?? 0;
      const total = (best[start] ?? Infinity) + cost(start, end);
      totals[k] = total;
      if (total < lowest) {
        lowest = total;
        previous[end] = start;
      }
    }
    best[end] = lowest + penalty;
    count = prune({ starts, totals, prunedAt, count }, end, lowest + penalty);
    // The next end is end + 1; from this start on, its segment is then long enough.
    const next = end + 1 - MIN_SEGMENT;
    if (next >= MIN_SEGMENT) {
      starts[count] = next;
      count += 1;
    }
  }
  return backtrack(previous, n);
}

interface Candidates {
  readonly starts: Int32Array;
  readonly totals: Float64Array;
  readonly prunedAt: Float64Array;
  readonly count: number;
}

/**
 * Drops starts that can no longer win: their number afterwards. A start that `end` beats stays
 * until a segment from `end` may be closed, or the optimum could be lost.
 */
function prune(
  { starts, totals, prunedAt, count }: Candidates,
  end: number,
  bound: number,
): number {
  let kept = 0;
  for (let k = 0; k < count; k += 1) {
    const start = starts[k] ?? 0;
    if ((totals[k] ?? 0) > bound) prunedAt[start] = Math.min(prunedAt[start] ?? end, end);
    if (end < (prunedAt[start] ?? end) + MIN_SEGMENT) {
      starts[kept] = start;
      kept += 1;
    }
  }
  return kept;
}

function backtrack(previous: Int32Array, n: number): number[] {
  const found: number[] = [];
  for (let at = previous[n] ?? 0; at > 0; at = previous[at] ?? 0) found.unshift(at);
  return found;
}

/** Cost of values[from, to) as one segment, in constant time from running sums. */
export function gaussianCost(
  values: Float64Array,
  noiseFloor: number,
): (from: number, to: number) => number {
  const n = values.length;
  const centre = values.reduce((sum, value) => sum + value, 0) / n;
  const sums = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  for (let i = 0; i < n; i += 1) {
    // Around the centre, so that the difference of two sums of squares keeps its digits.
    const value = (values[i] ?? 0) - centre;
    sums[i + 1] = (sums[i] ?? 0) + value;
    squares[i + 1] = (squares[i] ?? 0) + value * value;
  }
  const floor = noiseFloor * noiseFloor;
  const constant = Math.log(2 * Math.PI) + 1;
  return (from, to) => {
    const m = to - from;
    const mean = ((sums[to] ?? 0) - (sums[from] ?? 0)) / m;
    const variance = ((squares[to] ?? 0) - (squares[from] ?? 0)) / m - mean * mean;
    return m * (constant + Math.log(Math.max(variance, floor)));
  };
}
