import type { PairedComparison } from '../analysis/statistics/compare-paired.ts';
import type { CorrectedEffects } from './corrected-effects.ts';
import type { PinningEffect } from './pinning.ts';

const words = { faster: 'less', slower: 'more', equivalent: 'the same', inconclusive: 'unclear' };

/**
 * What one way of keeping interrupts from inference did, in a sentence; its words are corrected for
 * their number.
 */
export function effectSentence(
  { pinned, against, median, p95, spread }: PinningEffect,
  corrected: CorrectedEffects,
): string {
  const what = `${pinned.label} against ${against.label}`;
  if (median === null) return `${what}: too few blocks to tell.`;
  const ratio = (comparison: PairedComparison) =>
    ratioText(comparison, words[corrected.decisionOf(comparison)]);
  const tail =
    p95 === null || spread === null
      ? 'the p95 cannot be told: too few iterations'
      : `p95 ${ratio(p95)}, p95 over median ${ratio(spread)}`;
  return `${what}: median ${ratio(median)}, ${tail}.`;
}

/** `1.16× (1.14 to 1.18, more)` */
function ratioText({ ratio, lo, hi }: PairedComparison, word: string): string {
  return `${ratio.toFixed(3)}× (${lo.toFixed(3)} to ${hi.toFixed(3)}, ${word})`;
}
