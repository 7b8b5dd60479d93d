import type { Cell } from '../../agent/contract/plan.ts';
import type { ProcessAnalysis } from './analyse-process.ts';
import type { Comparison } from './result/result.ts';
import { comparePaired, type Pair, type PairedComparison } from './statistics/compare-paired.ts';
import { holm } from './statistics/holm.ts';

const LEVEL = 0.95;
/** Differences below 1 % are of no practical weight. */
const THRESHOLD = 0.01;

/**
 * Of all words of a run together: in at most this share of runs of equal cells is any of them
 * faster or slower.
 */
const SIGNIFICANT = 0.05;

/** What a comparison takes of a cell. */
interface ComparedCell {
  readonly cell: Cell;
  readonly counted: readonly (Pick<ProcessAnalysis, 'median_ns' | 'steadyStart_ns'> & {
    readonly data: Pick<ProcessAnalysis['data'], 'block'>;
  })[];
}

/**
 * Every measured cell against the baseline of its kind (same model and batch): the first with one
 * thread, or the first of all. Paired by block; words and p-values corrected over the whole family.
 */
export function compareCells(cells: readonly ComparedCell[]): Comparison[] {
  const measured = cells.filter(({ cell }) => cell.purpose === 'measure');
  const found = measured.flatMap((one) => {
    const baseline = baselineOf(one.cell, measured);
    if (baseline === null || baseline === one) return [];
    const comparison = comparePaired(pairsOf(baseline, one), THRESHOLD, LEVEL);
    return comparison === null ? [] : [{ baseline, one, comparison }];
  });
  const corrected = holm(found.map(({ comparison }) => comparison.pT));
  return found.map(({ baseline, one, comparison }, index) =>
    comparisonResult(baseline.cell, one.cell, comparison, corrected[index] ?? 1),
  );
}

function baselineOf(cell: Cell, measured: readonly ComparedCell[]): ComparedCell | null {
  const kin = measured.filter(
    (other) => other.cell.model === cell.model && other.cell.batch === cell.batch,
  );
  return kin.find((other) => other.cell.threads === 1) ?? kin[0] ?? null;
}

/** Process medians of both in the blocks that have both. */
export function pairsOf(a: ComparedCell, b: ComparedCell): Pair[] {
  const ofBlock = new Map(a.counted.map((process) => [process.data.block, process]));
  return b.counted.flatMap((process) => {
    const ours = process.median_ns;
    const other = ofBlock.get(process.data.block);
    const theirs = other?.median_ns ?? null;
    const [aAt] = other?.steadyStart_ns ?? [];
    const [bAt] = process.steadyStart_ns;
    if (ours === null || theirs === null) return [];
    const pair = { a: theirs, b: ours };
    return aAt === undefined || bAt === undefined ? [pair] : [{ ...pair, aAt, bAt }];
  });
}

/** Faster and slower only where chance among all comparisons of the run does not explain it. */
function correctedDecision(found: PairedComparison, pHolm: number): PairedComparison['decision'] {
  const isWord = found.decision === 'faster' || found.decision === 'slower';
  return isWord && pHolm >= SIGNIFICANT ? 'inconclusive' : found.decision;
}

function comparisonResult(
  baseline: Cell,
  cell: Cell,
  found: PairedComparison,
  pHolm: number,
): Comparison {
  const speedUp = 1 / found.ratio;
  return {
    baseline: baseline.id,
    cell: cell.id,
    blocks: found.blocks,
    ratio: found.ratio,
    lo: found.lo,
    hi: found.hi,
    level: LEVEL,
    ratio_hodges_lehmann: found.hodgesLehmann,
    p_t: found.pT,
    p_wilcoxon: found.pWilcoxon,
    p_holm: pHolm,
    minimum_detectable_effect: found.minimumDetectableEffect,
    threshold: THRESHOLD,
    decision: correctedDecision(found, pHolm),
    is_fragile: found.isFragile,
    blocks_needed: found.blocksNeeded,
    speed_up: { value: speedUp, lo: 1 / found.hi, hi: 1 / found.lo },
    parallel_efficiency:
      cell.threads === baseline.threads ? null : speedUp / (cell.threads / baseline.threads),
  };
}
