/**
 * Wilcoxon's signed-rank test of paired differences, exact, two-sided. Zero differences are
 * dropped; equal sizes share their rank. 1 when nothing is left to rank.
 */
export function signedRankTest(differences: readonly number[]): number {
  const nonZero = differences.filter((value) => value !== 0);
  if (nonZero.length === 0) return 1;
  const doubled = doubledRanks(nonZero.map(Math.abs));
  const positive = doubled.reduce((sum, rank, i) => sum + ((nonZero[i] ?? 0) > 0 ? rank : 0), 0);
  const distribution = rankSumDistribution(doubled);
  let lower = 0;
  let upper = 0;
  distribution.forEach((probability, sum) => {
    if (sum <= positive) lower += probability;
    if (sum >= positive) upper += probability;
  });
  return Math.min(1, 2 * Math.min(lower, upper));
}

/** Twice the rank of each value: shared ranks are halves, and sums of integers are exact. */
function doubledRanks(sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    const smaller = sizes.filter((other) => other < size).length;
    const equal = sizes.filter((other) => other === size).length;
    return 2 * smaller + equal + 1;
  });
}

/** Probability of every sum of positive ranks when each sign is a fair coin. */
function rankSumDistribution(ranks: readonly number[]): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const probability = new Float64Array(total + 1);
  probability[0] = 1;
  let reach = 0;
  for (const rank of ranks) {
    reach += rank;
    for (let sum = reach; sum >= 0; sum -= 1) {
      const without = probability[sum] ?? 0;
      const withRank = sum >= rank ? (probability[sum - rank] ?? 0) : 0;
      probability[sum] = (without + withRank) / 2;
    }
  }
  return probability;
}
