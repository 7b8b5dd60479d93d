import { median } from '../../../agent/contract/statistics/quantile.ts';
import {
  studentTQuantile,
  studentTTwoSided,
} from '../../../agent/contract/statistics/student-t.ts';
import { blocksNeeded } from './blocks-needed.ts';
import { driftShare } from './drift-share.ts';
import { signedRankTest } from './signed-rank.ts';

type Decision = 'faster' | 'slower' | 'equivalent' | 'inconclusive';

export interface PairedComparison {
  readonly blocks: number;
  /** Geometric mean of b / a over blocks. */
  readonly ratio: number;
  readonly lo: number;
  readonly hi: number;
  readonly hodgesLehmann: number;
  readonly pT: number;
  readonly pWilcoxon: number;
  /** Smallest relative change found with 80 % power at 5 %. */
  readonly minimumDetectableEffect: number;
  readonly decision: Decision;
  readonly isFragile: boolean;
  /**
   * Of an inconclusive one: blocks that would decide it in four of five runs; see blocks-needed.ts.
   */
  readonly blocksNeeded: number | null;
}

/** Process medians of two cells in the same block. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  /** When each was measured, in any unit; where told, a drift of the board is taken out. */
  readonly aAt?: number;
  readonly bAt?: number;
}

/**
 * Is b slower or faster than a? t interval of ln(b / a) over blocks, with the signed-rank test
 * beside it. faster/slower: the interval excludes 1 and the ratio differs by more than `threshold`;
 * equivalent: the whole interval lies within 1 ± `threshold`. Null with fewer than two blocks.
 */
export function comparePaired(
  pairs: readonly Pair[],
  threshold: number,
  level = 0.95,
): PairedComparison | null {
  const blocks = pairs.length;
  if (blocks < 2) return null;
  const drift = driftShare(pairs);
  const logs = pairs.map((pair, at) => Math.log(pair.b / pair.a) - (drift.perPair[at] ?? 0));
  if (!logs.every(Number.isFinite)) return null;
  const mean = logs.reduce((sum, value) => sum + value, 0) / blocks;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (blocks - 1);
  const error = Math.hypot(Math.sqrt(variance / blocks), drift.error);
  const t = studentTQuantile((1 + level) / 2, blocks - 1);
  const lo = Math.exp(mean - t * error);
  const hi = Math.exp(mean + t * error);
  const pT = pValue(mean, error, blocks - 1);
  const pWilcoxon = signedRankTest(logs);
  const decision = decide({ ratio: Math.exp(mean), lo, hi }, threshold);
  const power = t + studentTQuantile(0.8, blocks - 1);
  return {
    blocks,
    ratio: Math.exp(mean),
    lo,
    hi,
    hodgesLehmann: Math.exp(hodgesLehmann(logs)),
    pT,
    pWilcoxon,
    minimumDetectableEffect: Math.expm1(power * error),
    decision,
    isFragile: canDisagree(blocks) && pT < 0.05 !== pWilcoxon < 0.05,
    blocksNeeded:
      decision === 'inconclusive' ? blocksNeeded(Math.sqrt(variance), blocks, threshold) : null,
  };
}

/** Below six blocks the signed-rank test can never reach 5 %: it then says nothing either way. */
function canDisagree(blocks: number): boolean {
  return blocks >= 6;
}

function pValue(mean: number, error: number, degrees: number): number {
  if (error > 0) return studentTTwoSided(mean / error, degrees);
  return mean === 0 ? 1 : 0;
}

function decide(
  interval: { readonly ratio: number; readonly lo: number; readonly hi: number },
  threshold: number,
): Decision {
  const { ratio, lo, hi } = interval;
  const excludesOne = lo > 1 || hi < 1;
  if (excludesOne && Math.abs(ratio - 1) > threshold) return ratio < 1 ? 'faster' : 'slower';
  if (lo > 1 - threshold && hi < 1 + threshold) return 'equivalent';
  return 'inconclusive';
}

/** Median of all pairwise means. */
function hodgesLehmann(values: readonly number[]): number {
  return median(values.flatMap((a, i) => values.slice(i).map((b) => (a + b) / 2)));
}
