import type { Cell } from '../../agent/contract/plan.ts';
import { formatPercent } from '../quantities/format.ts';
import type { CellAnalysis } from './analyse-cell.ts';
import { pairsOf } from './comparisons.ts';
import type { CellResult } from './result/cell-result.ts';
import type { Overhead } from './result/overhead-result.ts';
import { comparePaired } from './statistics/compare-paired.ts';

/**
 * What share of each median is the harness. The null model under the same threads and, where there
 * is, affinity gives a lower bound: beside a model that has swept the caches, the same call costs
 * more. Where the run has the same cell through the C interface, whose call costs least, the two
 * are compared block by block on the model itself.
 */
export function withHarnessShares(
  cells: readonly CellResult[],
  analyses: readonly CellAnalysis[],
): CellResult[] {
  return cells.map((cell) => {
    const calibration = calibrationOf(cell, cells);
    if (cell.purpose === 'calibration' || cell.median_ns === null || calibration === null) {
      return cell;
    }
    const overhead = {
      null_median_ns: calibration.null_median_ns,
      share: calibration.null_median_ns / cell.median_ns,
      calibration_cell: calibration.cell,
      on_model: onModel(cell, cells, analyses),
    };
    return { ...cell, overhead };
  });
}

/**
 * `≥ 0.1 %`, the bound of the null model, or `2.1 to 7 %`, what was measured on the model itself.
 */
export function harnessShareText({ share, on_model }: Overhead): string {
  // The null model may take as long as the smallest models, or a little longer.
  const least = Math.min(1, share);
  if (on_model === null || on_model.hi <= least) return `≥ ${formatPercent(least)}`;
  const [lo, hi] = [formatPercent(Math.max(least, on_model.lo)), formatPercent(on_model.hi)];
  return lo === hi ? lo : `${lo.replace(/ %$/, '')} to ${hi}`;
}

function calibrationOf(
  cell: CellResult,
  cells: readonly CellResult[],
): { readonly cell: string; readonly null_median_ns: number } | null {
  const closeness = (other: CellResult) =>
    Number(other.config.affinity === cell.config.affinity) +
    Number(other.config.spinning === cell.config.spinning) +
    Number(other.config.batch === cell.config.batch);
  const [best] = cells
    .filter(
      ({ purpose, config, median_ns }) =>
        purpose === 'calibration' &&
        config.engine === cell.config.engine &&
        config.threads === cell.config.threads &&
        median_ns !== null,
    )
    .sort((a, b) => closeness(b) - closeness(a));
  if (best === undefined || best.median_ns === null) return null;
  return { cell: best.cell, null_median_ns: best.median_ns };
}

/** Only against the same release of ONNX Runtime: another one differs in more than its calls. */
function onModel(
  cell: CellResult,
  cells: readonly CellResult[],
  analyses: readonly CellAnalysis[],
): Overhead['on_model'] {
  const own = analyses.find((each) => each.cell.id === cell.cell);
  const releaseOf = (id: string) =>
    cells.find((each) => each.cell === id)?.config.ort_version ?? null;
  const release = releaseOf(cell.cell);
  if (own?.cell.engine !== 'ort' || release === null) return null;
  const other = analyses.find(
    (each) =>
      each.cell.engine === 'ort-capi' &&
      withoutEngine(each.cell) === withoutEngine(own.cell) &&
      releaseOf(each.cell.id) === release,
  );
  const found = other === undefined ? null : comparePaired(pairsOf(own, other), 0);
  if (other === undefined || found === null) return null;
  const { blocks, ratio, lo, hi } = found;
  return { cell: other.cell.id, blocks, share: 1 - ratio, lo: 1 - hi, hi: 1 - lo };
}

/** All of a cell but its engine and its names. */
function withoutEngine(cell: Cell): string {
  return JSON.stringify({ ...cell, id: '', label: '', engine: 'ort', ortLibrary: null });
}
