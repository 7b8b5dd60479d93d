import { median } from '../../agent/statistics/quantile.ts';
import type { ColdStart } from './cell-result.ts';
import type { Phase, ProcessData } from './journal-data.ts';

/** Medians over processes of the time from one stage of a start to the next. */
export function coldStart(processes: readonly ProcessData[]): ColdStart {
  const between = (from: 'spawn' | Phase, to: Phase) =>
    medianOrNull(
      processes.map((process) => difference(timeOf(process, from), timeOf(process, to))),
    );
  return {
    spawn_to_runtime_loaded_ns: between('spawn', 'runtime-loaded'),
    runtime_loaded_to_session_created_ns: medianOrNull(processes.map(sessionTime)),
    first_session_ns: medianOrNull(processes.slice(0, 1).map(sessionTime)),
    session_created_to_first_iteration_ns: between('session-created', 'first-iteration'),
    first_iteration_ns: medianOrNull(
      // What trtexec tells begins after its warm-up: its first query is no first iteration.
      processes.map((process) =>
        process.phases.has('first-iteration')
          ? process.iterations.duration_ns.view()[0]
          : undefined,
      ),
    ),
    first_iteration_to_steady_ns: between('first-iteration', 'steady'),
    spawn_to_steady_ns: medianOrNull(
      processes.map((process) => withoutEngine(process, 'spawn', 'steady')),
    ),
  };
}

function sessionTime(process: ProcessData): number | undefined {
  return withoutEngine(process, 'runtime-loaded', 'session-created');
}

/** Without the building of an engine by trtexec, or the looking for it: that has a figure of its own. */
function withoutEngine(process: ProcessData, from: 'spawn' | Phase, to: Phase): number | undefined {
  const build = process.trtexec?.build;
  const known = build === undefined || build.isCached ? 0 : build.duration_ns;
  const whole = difference(timeOf(process, from), timeOf(process, to));
  return whole === undefined ? undefined : Math.max(0, whole - (build?.preparing_ns ?? known));
}

function timeOf(process: ProcessData, stage: 'spawn' | Phase): number | undefined {
  return stage === 'spawn' ? process.spawn_ns : process.phases.get(stage);
}

function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined || to < from ? undefined : to - from;
}

function medianOrNull(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : median(known);
}
