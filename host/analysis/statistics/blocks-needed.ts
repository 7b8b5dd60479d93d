import { studentTQuantile } from '../../../agent/contract/statistics/student-t.ts';

/** Beyond this many blocks a plan is no longer advice. */
const MOST_BLOCKS = 500;
/** The standard normal quantile of 0.8, for the limit below. */
const Z_80 = 0.8416;

/**
 * Blocks with which a comparison would be decided in four of five runs: equal cells told to be
 * equivalent, and a difference of twice the threshold to be one. It takes the scatter of the blocks
 * that there are, at its upper 80 % limit (Kieser and Wassmer 1996: with the estimate itself, half
 * of such plans are too small), and not the difference that they happen to show, which where it is
 * noise says nothing of how many blocks it takes. For a true difference near the threshold no
 * number is enough.
 * @param sd of ln(b / a) over `blocks`, which are at least two
 * @param threshold relative difference of no practical weight
 * @returns null with two blocks, which do not tell their scatter, and beyond 500
 */
export function blocksNeeded(sd: number, blocks: number, threshold: number): number | null {
  if (blocks < 3) return null;
  const limit = upperLimitOf(sd, blocks - 1);
  const border = Math.log1p(threshold);
  const isEnough = (wanted: number) => (reachOf(wanted) * limit) / Math.sqrt(wanted) <= border;
  if (!isEnough(MOST_BLOCKS)) return null;
  let [few, enough] = [blocks, MOST_BLOCKS];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}

/**
 * Half an interval of 95 %, and how far from the truth its middle may lie in four of five runs, in
 * standard errors.
 */
function reachOf(blocks: number): number {
  return studentTQuantile(0.975, blocks - 1) + studentTQuantile(0.9, blocks - 1);
}

/**
 * Above the true deviation in 80 % of all samples; the chi-square quantile of 0.2 by Wilson and
 * Hilferty (1931).
 */
function upperLimitOf(sd: number, degrees: number): number {
  const ninth = 2 / (9 * degrees);
  const chiSquare = degrees * (1 - ninth - Z_80 * Math.sqrt(ninth)) ** 3;
  return sd * Math.sqrt(degrees / chiSquare);
}
