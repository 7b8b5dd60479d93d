import { phases } from '../../agent/contract/events.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import type { Phase, ProcessData } from '../journal/journal-data.ts';
import type { ColdStart } from './result/cell-result.ts';

/** Medians over processes of the time from one stage of a start to the next. */
export function coldStart(processes: readonly ProcessData[]): ColdStart {
  const between = (from: 'spawn' | Phase, to: Phase) => medianTime(processes, from, to);
  return {
    spawn_to_runtime_loaded_ns: between('spawn', 'runtime-loaded'),
    runtime_loaded_to_session_created_ns: between('runtime-loaded', 'session-created'),
    session_created_to_first_iteration_ns: between('session-created', 'first-iteration'),
    first_iteration_ns: medianOrNull(
      // What trtexec tells begins after its warm-up: its first query is no first iteration.
      processes.map((process) =>
        process.phases.has('first-iteration') && !process.builtBefore.has('first-iteration')
          ? process.iterations.duration_ns.view()[0]
          : undefined,
      ),
    ),
    first_iteration_to_steady_ns: between('first-iteration', 'steady'),
    spawn_to_steady_ns: between('spawn', 'steady'),
    engine_build_ns: engineBuild(processes),
  };
}

const stages = ['spawn', ...phases] as const;
type Stage = (typeof stages)[number];

/**
 * Over the processes that built no engine in between: where ONNX Runtime does, it does not tell how
 * long that took.
 */
function medianTime(processes: readonly ProcessData[], from: Stage, to: Phase): number | null {
  const between = stages.slice(stages.indexOf(from) + 1, stages.indexOf(to) + 1);
  const others = processes.filter(
    ({ builtBefore }) => !between.some((stage) => stage !== 'spawn' && builtBefore.has(stage)),
  );
  return medianOrNull(others.map((process) => withoutEngine(process, from, to)));
}

/**
 * Without what trtexec took to build its engine or to find it, which it does before its session is
 * there.
 */
function withoutEngine(process: ProcessData, from: Stage, to: Phase): number | undefined {
  const whole = difference(timeOf(process, from), timeOf(process, to));
  const isWithin =
    stages.indexOf(from) < stages.indexOf('session-created') &&
    stages.indexOf(to) >= stages.indexOf('session-created');
  const build = isWithin ? process.trtexec?.build : undefined;
  const known = build === undefined || build.isCached ? 0 : build.duration_ns;
  return whole === undefined ? undefined : Math.max(0, whole - (build?.preparing_ns ?? known));
}

/** The stage before it, of those in which ONNX Runtime may build an engine. */
const buildStages = [
  ['runtime-loaded', 'session-created'],
  ['session-created', 'first-iteration'],
] as const;

function engineBuild(processes: readonly ProcessData[]): number | null {
  const builds = buildStages.flatMap(([from, to]) => {
    const [builder] = processes.filter(({ builtBefore }) => builtBefore.has(to));
    const whole =
      builder === undefined ? undefined : difference(timeOf(builder, from), timeOf(builder, to));
    return whole === undefined ? [] : [Math.max(0, whole - (medianTime(processes, from, to) ?? 0))];
  });
  return builds.length === 0 ? null : builds.reduce((sum, build_ns) => sum + build_ns, 0);
}

function timeOf(process: ProcessData, stage: Stage): number | undefined {
  return stage === 'spawn' ? process.spawn_ns : process.phases.get(stage);
}

function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined || to < from ? undefined : to - from;
}

function medianOrNull(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : median(known);
}
