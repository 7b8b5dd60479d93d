import type { PairedComparison } from '../analysis/statistics/compare-paired.ts';
import { holm } from '../analysis/statistics/holm.ts';
import type { PinningEffect } from './pinning.ts';

const SIGNIFICANT = 0.05;

/** The comparisons of a run's effects, corrected for their number. */
export interface CorrectedEffects {
  /** How many there are. */
  readonly size: number;
  /** p after Holm's correction over all of them. */
  pOf(comparison: PairedComparison): number;
  /** Faster and slower only where chance among all of them does not explain it. */
  decisionOf(comparison: PairedComparison): PairedComparison['decision'];
}

/**
 * Every comparison that a finding has a word for is in one family: medians, p95s and p95s over
 * medians, of pinning and of moving interrupts. In at most 5 % of runs without any effect is one of
 * them called less or more.
 */
export function correctedEffects(effects: readonly PinningEffect[]): CorrectedEffects {
  const family = effects
    .flatMap(({ median, p95, spread }) => [median, p95, spread])
    .filter((comparison) => comparison !== null);
  const corrected = holm(family.map(({ pT }) => pT));
  const p = new Map(family.map((comparison, at) => [comparison, corrected[at] ?? 1]));
  const pOf = (comparison: PairedComparison) => p.get(comparison) ?? 1;
  return {
    size: family.length,
    pOf,
    decisionOf(comparison) {
      const { decision } = comparison;
      const isWord = decision === 'faster' || decision === 'slower';
      return isWord && pOf(comparison) >= SIGNIFICANT ? 'inconclusive' : decision;
    },
  };
}
