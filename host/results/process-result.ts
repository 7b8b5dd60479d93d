import type { ProcessAnalysis } from './analyse-process.ts';
import type { ProcessResult } from './cell-result.ts';
import { finiteOrNull } from './round-numbers.ts';

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
