import type { Cell } from '../../agent/protocol/plan.ts';
import { comparePaired, type Pair, type PairedComparison } from '../stats/compare-paired.ts';
import { holm } from '../stats/holm.ts';
import type { CellAnalysis } from './analyse-cell.ts';
import type { Comparison } from './result.ts';

const LEVEL = 0.95;
/** Differences below 1 % are of no practical weight. */
const THRESHOLD = 0.01;

/**
 * Every measured cell against the baseline of its kind (same model and batch): the first with one thread, or
 * the first of all. Paired by block; p-values corrected over the whole family.
 */
export function compareCells(cells: readonly CellAnalysis[]): Comparison[] {
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

function baselineOf(cell: Cell, measured: readonly CellAnalysis[]): CellAnalysis | null {
  const kin = measured.filter(
    (other) => other.cell.model === cell.model && other.cell.batch === cell.batch,
  );
  return kin.find((other) => other.cell.threads === 1) ?? kin[0] ?? null;
}

function pairsOf(a: CellAnalysis, b: CellAnalysis): Pair[] {
  const ofBlock = new Map(a.counted.map((process) => [process.data.block, process.median_ns]));
  return b.counted.flatMap((process) => {
    const ours = process.median_ns;
    const theirs = ofBlock.get(process.data.block) ?? null;
    return ours === null || theirs === null ? [] : [{ a: theirs, b: ours }];
  });
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
    decision: found.decision,
    is_fragile: found.isFragile,
    blocks_needed: found.blocksNeeded,
    speed_up: { value: speedUp, lo: 1 / found.hi, hi: 1 / found.lo },
    parallel_efficiency:
      cell.threads === baseline.threads ? null : speedUp / (cell.threads / baseline.threads),
  };
}
