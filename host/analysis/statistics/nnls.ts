/** Sweeps after which what still changes is beyond any digit that is shown. */
const MAX_SWEEPS = 500;
const TOLERANCE = 1e-9;

/**
 * Non-negative least squares from its normal equations: minimises |Xb − y|² with b ≥ 0, given G =
 * XᵀX and c = Xᵀy. Cyclic coordinate descent, each step exact in its coordinate; for this convex
 * problem it converges to the minimum (Franc, Hlaváč and Navara, CAIP 2005). A column of zeros gets
 * 0.
 */
export function nonNegativeLeastSquares(
  gram: readonly Float64Array[],
  moment: ArrayLike<number>,
): Float64Array {
  const size = gram.length;
  const solution = new Float64Array(size);
  // Gradient of half the square: G b − c.
  const gradient = Float64Array.from({ length: size }, (_, j) => -(moment[j] ?? 0));
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    let largest = 0;
    for (let j = 0; j < size; j += 1) {
      largest = Math.max(largest, step(gram[j] ?? gradient, j, solution, gradient));
    }
    if (largest < TOLERANCE) break;
  }
  return solution;
}

/** Moves one coordinate to its best; gives how far, in units of what the column explains. */
function step(
  row: Float64Array,
  j: number,
  solution: Float64Array,
  gradient: Float64Array,
): number {
  const diagonal = row[j] ?? 0;
  if (diagonal <= 0) return 0;
  const before = solution[j] ?? 0;
  const after = Math.max(0, before - (gradient[j] ?? 0) / diagonal);
  const change = after - before;
  if (change === 0) return 0;
  solution[j] = after;
  for (let k = 0; k < row.length; k += 1) {
    gradient[k] = (gradient[k] ?? 0) + change * (row[k] ?? 0);
  }
  return Math.abs(change) / (Math.abs(after) + Number.MIN_VALUE + TOLERANCE);
}
