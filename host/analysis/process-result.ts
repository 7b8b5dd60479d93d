import { sorted } from '../../agent/contract/statistics/quantile.ts';
import type { ProcessAnalysis } from './analyse-process.ts';
import type { CellResult, ProcessResult } from './result/cell-result.ts';
import { finiteOrNull } from './round-numbers.ts';
import { percentileMinimum, percentileOfSorted } from './statistics/percentiles.ts';

/** Medians of the processes that count, by block. */
export function blockMedians({ processes }: CellResult): ReadonlyMap<number, number> {
  return new Map(
    processes.flatMap(({ block, median_ns, excluded }): [number, number][] =>
      excluded !== null || median_ns === null ? [] : [[block, median_ns]],
    ),
  );
}

/** A process' line in the result. */
export function processResult(analysis: ProcessAnalysis): ProcessResult {
  const { data, state, interval: within } = analysis;
  return {
    process: data.process,
    block: data.block,
    outcome: data.ended?.outcome ?? 'unfinished',
    exit_code: data.ended?.exitCode ?? null,
    signal: data.ended?.signal ?? null,
    message: data.ended?.message ?? '',
    stop: data.ended?.stop ?? null,
    cpus_allowed: data.cpusAllowed,
    iterations: data.iterations.duration_ns.length,
    warm_up_iterations: state.start,
    steady_at_ns: analysis.steadyStart_ns[0] ?? null,
    class: state.class,
    changepoints: [...state.changepoints],
    median_ns: analysis.median_ns,
    p95_ns:
      analysis.steady_ns.length < percentileMinimum.p95
        ? null
        : percentileOfSorted(sorted(analysis.steady_ns), 0.95),
    within:
      within === null
        ? null
        : {
            lo_ns: Number.isFinite(within.hi) ? within.lo : null,
            hi_ns: finiteOrNull(within.hi),
            half_width: finiteOrNull(within.halfWidth),
            n_eff: within.nEff,
            tau: within.tau,
          },
    excluded: analysis.excluded,
  };
}
