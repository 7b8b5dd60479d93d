import type { CellResult } from '../analysis/result/cell-result.ts';
import type { PairedComparison } from '../analysis/statistics/compare-paired.ts';
import { type CorrectedEffects, correctedEffects } from './corrected-effects.ts';
import type { PinningEffect } from './pinning.ts';

const SIGNIFICANT = 0.05;
const PLACE = 'on this board, in this run';
const MORE_BLOCKS = 'more blocks would tell (--blocks)';

/**
 * What the two ways of keeping interrupts from inference do; either is empty where it was not
 * measured.
 */
export interface MeritEffects {
  readonly pinning: readonly PinningEffect[];
  readonly moving: readonly PinningEffect[];
}

/**
 * What one way comes to; `faster` and `tail` (a smaller p95 only) with the comparison that says so.
 */
type WayOutcome =
  | { readonly kind: 'faster' | 'tail'; readonly effect: PinningEffect; readonly pHolm: number }
  | { readonly kind: 'open' | 'none' };

/** One way, as a sentence names it. */
interface Way {
  readonly name: string;
  readonly outcome: WayOutcome;
}

/**
 * The question of the thesis, for this board and this run: whether pinning threads or moving
 * interrupts makes the median or the p95 smaller. Each comparison counts as decided only after
 * Holm's correction over all of them, of both ways, with the p95s over medians that the sentences
 * before it tell (docs/methodology/README.md).
 */
export function merit(effects: MeritEffects, cells: readonly CellResult[]): string {
  const corrected = correctedEffects([...effects.pinning, ...effects.moving]);
  const ways: readonly Way[] = [
    { name: 'keeping threads off their CPU', own: effects.pinning },
    { name: 'moving interrupts', own: effects.moving },
  ].flatMap(({ name, own }) =>
    own.length === 0 ? [] : [{ name, outcome: outcomeOf(own, corrected) }],
  );
  const clauses = ways.map((way) => clauseOf(way, corrected.size)).join('; ');
  const isAny = (kind: WayOutcome['kind']) => ways.some(({ outcome }) => outcome.kind === kind);
  if (isAny('faster')) return `Research into CPU interrupts has merit ${PLACE}: ${clauses}.`;
  if (isAny('tail')) {
    return `Research into CPU interrupts has merit ${PLACE} where deadlines count: ${clauses}.`;
  }
  const tested = cells.filter(({ attribution }) => attribution?.reason === null);
  const hasAttribution = tested.some(({ attribution }) =>
    attribution?.effects.some(({ p_holm }) => p_holm < SIGNIFICANT),
  );
  if (ways.length === 0) return unmeasured(hasAttribution, tested.length > 0);
  if (hasAttribution) return `Interrupts go with slow iterations ${PLACE}, but ${clauses}.`;
  return isAny('open')
    ? `Whether research into CPU interrupts has merit stays open ${PLACE}: ${clauses}.`
    : `Research into CPU interrupts has no merit ${PLACE}: ${clauses}.`;
}

/** Without a cell that was pinned or had interrupts moved. */
function unmeasured(hasAttribution: boolean, isTested: boolean): string {
  if (hasAttribution) {
    return `Interrupts go with slow iterations ${PLACE}; whether keeping threads off their CPU pays is for orin-remote irq to measure.`;
  }
  return isTested
    ? `Nothing here speaks for research into CPU interrupts ${PLACE}; orin-remote irq also measures what pinning would buy.`
    : `Whether research into CPU interrupts has merit stays open ${PLACE}: orin-remote irq measures it.`;
}

function outcomeOf(effects: readonly PinningEffect[], corrected: CorrectedEffects): WayOutcome {
  const winOf = (kind: 'faster' | 'tail'): WayOutcome[] =>
    effects.flatMap((effect) => {
      const comparison = kind === 'faster' ? effect.median : effect.p95;
      const isWin = comparison !== null && corrected.decisionOf(comparison) === 'faster';
      return isWin ? [{ kind, effect, pHolm: corrected.pOf(comparison) }] : [];
    });
  const [win] = [...winOf('faster'), ...winOf('tail')];
  if (win !== undefined) return win;
  const isDecided = (comparison: PairedComparison | null) =>
    comparison !== null && ['equivalent', 'slower'].includes(corrected.decisionOf(comparison));
  const isClosed = effects.every(({ median, p95 }) => isDecided(median) && isDecided(p95));
  return { kind: isClosed ? 'none' : 'open' };
}

function clauseOf({ name, outcome }: Way, familySize: number): string {
  switch (outcome.kind) {
    case 'faster':
      return `${name} pays, ${named(outcome.effect, 'is faster than')} (${chance(outcome.pHolm, familySize)})`;
    case 'tail':
      return `${name} pays, ${named(outcome.effect, 'has a smaller p95 than')}, not a smaller median (${chance(outcome.pHolm, familySize)})`;
    case 'open':
      return `whether ${name} pays stays open, ${MORE_BLOCKS}`;
    case 'none':
      return `${name} improves neither median nor p95`;
    default:
      return outcome satisfies never;
  }
}

function named({ pinned, against }: PinningEffect, relation: string): string {
  return `${pinned.label} ${relation} ${against.label}`;
}

function chance(pHolm: number, familySize: number): string {
  const p = pHolm < 0.001 ? 'p below 0.001' : `p ${pHolm.toPrecision(1)}`;
  return familySize === 1 ? p : `${p} among ${familySize} comparisons`;
}
