import { type Cell, itemsPerIteration } from '../../../agent/contract/plan.ts';
import { medianOfSorted, sorted } from '../../../agent/contract/statistics/quantile.ts';
import type { CellAnalysis } from '../analyse-cell.ts';
import type { ProcessAnalysis } from '../analyse-process.ts';
import type { CellResult, PercentileResult } from '../result/cell-result.ts';
import { finiteOrNull } from '../round-numbers.ts';
import { concatenated, type Percentile, processPercentiles } from '../statistics/percentiles.ts';

export type PooledIterations = Pick<
  CellResult,
  | 'iterations'
  | 'n_eff'
  | 'mean_ns'
  | 'min_ns'
  | 'max_ns'
  | 'mad_ns'
  | 'percentiles'
  | 'throughput_per_s'
>;

/**
 * What is said of the steady iterations of all processes together; percentiles are of a typical
 * process.
 */
export function pooledIterations({ cell, processes, counted }: CellAnalysis): PooledIterations {
  const parts = counted.map((process) => process.steady_ns);
  const all = sorted(concatenated(parts));
  const nEff = counted.reduce((sum, process) => sum + (process.interval?.nEff ?? 0), 0);
  const percentiles = processPercentiles(
    counted.map(({ steady_ns, interval }) => ({ values: steady_ns, nEff: interval?.nEff ?? 0 })),
  );
  const total = processes.reduce((sum, one) => sum + one.data.iterations.duration_ns.length, 0);
  const centre = medianOfSorted(all);
  const deviations = all.map((value) => Math.abs(value - centre)).sort();
  return {
    iterations: {
      total,
      warm_up: counted.reduce((sum, process) => sum + process.state.start, 0),
      steady: all.length,
    },
    n_eff: nEff,
    mean_ns: finiteOrNull(all.reduce((sum, value) => sum + value, 0) / all.length),
    min_ns: all[0] ?? null,
    max_ns: all.at(-1) ?? null,
    mad_ns: finiteOrNull(medianOfSorted(deviations)),
    percentiles: {
      p90: percentileResult(percentiles.p90),
      p95: percentileResult(percentiles.p95),
      p99: percentileResult(percentiles.p99),
      p999: percentileResult(percentiles.p999),
    },
    throughput_per_s: throughput(cell, counted),
  };
}

function percentileResult(found: Percentile): PercentileResult {
  return {
    value_ns: found.value,
    lo_ns: found.lo,
    hi_ns: found.hi,
    n_eff: found.nEff,
    n_needed: found.needed,
    reason: found.reason,
  };
}

/** Items over the wall time of the steady parts: what lies between iterations counts as well. */
function throughput(cell: Cell, counted: readonly ProcessAnalysis[]): number | null {
  let iterations = 0;
  let wall_ns = 0;
  for (const { steady_ns, steadyStart_ns } of counted) {
    const end_ns = (steadyStart_ns.at(-1) ?? 0) + (steady_ns.at(-1) ?? 0);
    iterations += steady_ns.length;
    wall_ns += end_ns - (steadyStart_ns[0] ?? 0);
  }
  return wall_ns > 0 ? (itemsPerIteration(cell) * iterations) / (wall_ns / 1e9) : null;
}
