import { sorted } from '../../agent/statistics/quantile.ts';
import { percentileMinimum, percentileOfSorted } from '../stats/percentiles.ts';
import type { ProcessAnalysis } from './analyse-process.ts';
import type { CellResult, ProcessResult } from './cell-result.ts';
import { finiteOrNull } from './round-numbers.ts';

/** Medians of the processes that count, by block. */
export function blockMedians({ processes }: CellResult): ReadonlyMap<number, number> {
  return ofCounted(processes, ({ median_ns }) => median_ns);
}

/** 95th percentiles of the processes that count, by block. */
export function blockP95s({ processes }: CellResult): ReadonlyMap<number, number> {
  return ofCounted(processes, ({ p95_ns }) => p95_ns);
}

function ofCounted(
  processes: readonly ProcessResult[],
  figure: (process: ProcessResult) => number | null,
): ReadonlyMap<number, number> {
  return new Map(
    processes.flatMap((process): [number, number][] => {
      const value = figure(process);
      return process.excluded !== null || value === null ? [] : [[process.block, value]];
    }),
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
