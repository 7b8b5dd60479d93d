/** Medians of two cells in one block, and when each was measured (any unit, the same for all). */
interface TimedPair {
  readonly a: number;
  readonly b: number;
  readonly aAt?: number;
  readonly bAt?: number;
}

/** What a steady drift of the board adds to each ln(b / a), because one of the two came later. */
export interface DriftShare {
  readonly perPair: readonly number[];
  /** Standard error of the mean of `perPair`. */
  readonly error: number;
}

/** Fewer blocks than this tell no drift from chance. */
const LEAST_BLOCKS = 3;

/**
 * The drift of a run by a straight line through the means of both cells over the blocks, and what
 * of it lies between the two in each block. Blocks in random order keep a drift out of the ratio on
 * average; over three blocks the order is the same in one of four runs, and the drift would look
 * like a difference. None where times are not known.
 */
export function driftShare(pairs: readonly TimedPair[]): DriftShare {
  const n = pairs.length;
  const none = { perPair: pairs.map(() => 0), error: 0 };
  const timed = pairs.flatMap(({ a, b, aAt, bAt }) =>
    aAt === undefined || bAt === undefined
      ? []
      : [{ at: (aAt + bAt) / 2, lag: bAt - aAt, level: (Math.log(a) + Math.log(b)) / 2 }],
  );
  if (n < LEAST_BLOCKS || timed.length < n) return none;
  const meanAt = mean(timed.map(({ at }) => at));
  const meanLevel = mean(timed.map(({ level }) => level));
  const squares = sum(timed.map(({ at }) => (at - meanAt) ** 2));
  if (!(squares > 0)) return none;
  const slope = sum(timed.map(({ at, level }) => (at - meanAt) * (level - meanLevel))) / squares;
  const residual = sum(
    timed.map(({ at, level }) => (level - meanLevel - slope * (at - meanAt)) ** 2),
  );
  const slopeError = Math.sqrt(residual / (n - 2) / squares);
  return {
    perPair: timed.map(({ lag }) => slope * lag),
    error: Math.abs(mean(timed.map(({ lag }) => lag))) * slopeError,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
