import * as z from 'zod';
import { cleanWords } from '../../../agent/contract/clean-text.ts';
import { processOutcomes } from '../../../agent/contract/events.ts';
import { steadyClasses } from '../statistics/steady-state.ts';
import { activity, attribution } from './activity-result.ts';
import { boardState, energy, gpuEvidence } from './board-result.ts';
import { cellConfig } from './cell-config.ts';
import { cellConditions } from './conditions.ts';
import { overhead } from './overhead-result.ts';

const count = z.int().nonnegative();
/** On one line: a result may come from anywhere. */
const words = z.string().overwrite(cleanWords);
const share = z.number();
const maybe = z.number().nullable();

/** An interval of a typical latency. `half_width` is a share of the estimate: 0.01 is 1 %. */
const interval = z.object({
  lo_ns: z.number(),
  hi_ns: z.number(),
  level: z.number(),
  /**
   * The first where the cell is as precise as asked, the second where it is not:
   * docs/methodology/intervals.md.
   */
  method: z.enum([
    'spread-limit-log-process-medians',
    't-log-process-medians',
    'order-statistic-ess',
  ]),
  half_width: share,
});
export type Interval = z.infer<typeof interval>;

/** A percentile, or why there is none: the maximum is never shown under another name. */
const percentile = z.object({
  value_ns: maybe,
  /** t interval over the logarithms of the processes' own percentiles; null with one process. */
  lo_ns: maybe,
  hi_ns: maybe,
  /** Effective iterations of a typical process, and what a process needs to enter. */
  n_eff: z.number(),
  n_needed: count,
  /** `p99 n/a (N=120 < 150)` when the value is null. */
  reason: z.string().nullable(),
});
export type PercentileResult = z.infer<typeof percentile>;

const tagCount = z.object({
  count,
  /** Outliers that would carry the tag if it had nothing to do with being slow. */
  expected_by_chance: z.number(),
});

const outliers = z.object({
  count,
  share_of_iterations: share,
  /** What the outliers took beyond the median, as a share of all steady time. */
  share_of_excess: share,
  tukey_severe: count,
  by_tag: z.object({
    preempted: tagCount,
    minor_fault: tagCount,
    major_fault: tagCount,
    gc: tagCount,
    /**
     * During a window of telemetry with a lower clock, or with far more interrupts; null: not
     * watched.
     */
    freq_drop: tagCount.nullable().default(null),
    interrupt_burst: tagCount.nullable().default(null),
    unexplained: z.object({ count }),
  }),
});
export type OutlierResult = z.infer<typeof outliers>;

/** One process of a cell: what it did, and whether its median counts for the headline. */
const processResult = z.object({
  process: count,
  block: count,
  outcome: z.enum([...processOutcomes, 'unfinished']),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  message: z.string(),
  stop: z.string().nullable(),
  cpus_allowed: z.string(),
  iterations: count,
  /** Iterations before the steady part: the live cut or the changepoint, whichever is later. */
  warm_up_iterations: count,
  /** When the steady part began, on the run's clock; null where there is none. */
  steady_at_ns: maybe.default(null),
  class: z.enum(steadyClasses).nullable(),
  /** First iterations of the later levels, from the changepoint detector. */
  changepoints: z.array(count),
  median_ns: maybe,
  /** Null with fewer iterations than a 95th percentile needs. */
  p95_ns: maybe.default(null),
  within: z
    .object({ lo_ns: maybe, hi_ns: maybe, half_width: maybe, n_eff: z.number(), tau: z.number() })
    .nullable(),
  /** Why the process does not count for the headline: an objective reason, never its speed. */
  excluded: z.string().nullable(),
});
export type ProcessResult = z.infer<typeof processResult>;

/**
 * Medians over processes of the time between the stages of a start; null where a stage was not
 * seen. The stage `first iteration` is passed when that iteration is done.
 */
const coldStart = z.object({
  spawn_to_runtime_loaded_ns: maybe,
  /**
   * As all below, without the building of an engine: trtexec's is in `trtexec.build_ns`, ONNX
   * Runtime's in `engine_build_ns`.
   */
  runtime_loaded_to_session_created_ns: maybe,
  session_created_to_first_iteration_ns: maybe,
  first_iteration_ns: maybe,
  first_iteration_to_steady_ns: maybe,
  spawn_to_steady_ns: maybe,
  /**
   * What building an engine took TensorRT under ONNX Runtime: the stage in which it did, less the
   * median of that stage in the processes that found it built, where there are any; null where none
   * was built in this run.
   */
  engine_build_ns: maybe.default(null),
});
export type ColdStart = z.infer<typeof coldStart>;

const agreement = z.object({
  /** The cell that the outputs were compared with; its own id for the reference itself. */
  reference: z.string().nullable(),
  max_abs: maybe,
  rel_l2: maybe,
  /** Share of rows with the same arg-max. */
  top1_agreement: maybe,
  tolerance: z.object({ rel_l2: maybe, top1_agreement: maybe }),
  non_finite: count,
  /** Null: not judged, `reason` says why. */
  ok: z.boolean().nullable(),
  reason: z.string().nullable(),
});
export type OutputAgreement = z.infer<typeof agreement>;

/** Where the nodes ran, from an untimed profiled session. Durations are means per run. */
const placement = z.object({
  /** The provider that was asked for, as ONNX Runtime names it. */
  asked: z.string(),
  /** Why the placement is not known; null when it is. */
  failure: z.string().nullable(),
  runs: count,
  /** Nodes after fusion; copies between devices are counted apart. */
  nodes: count,
  nodes_on_asked: count,
  /** Of the time of all nodes and, with a GPU provider, of the wait for it, which is its. */
  share_on_asked: share.nullable(),
  /** Groups of neighbouring nodes that ran elsewhere. */
  islands: count,
  providers: z.array(
    z.object({
      provider: z.string(),
      nodes: count,
      duration_ns: z.number(),
      copies: count,
      copy_ns: z.number(),
    }),
  ),
  /** The longest first. */
  operators: z.array(
    z.object({
      op: z.string(),
      provider: z.string(),
      nodes: count,
      duration_ns: z.number(),
      share,
    }),
  ),
});
export type PlacementResult = z.infer<typeof placement>;

/** What trtexec told besides its times; medians over processes. */
const trtexecResult = z.object({
  version: z.string(),
  /** Stages inside each duration: they are not those of an `ort` cell. */
  timed: z.string(),
  build_ns: maybe,
  /**
   * Whether a process of this cell built it; false: it was found built, by another cell or an
   * earlier run. Null: not known.
   */
  built_by_cell: z.boolean().nullable().default(null),
  engine_bytes: count.nullable(),
  stages: z.object({ h2d_ns: maybe, compute_ns: maybe, d2h_ns: maybe }),
  warnings: z.array(z.string()),
  /** Why the outputs of a process could not be read; null where all could. */
  outputs_failure: z.string().nullable().default(null),
  /**
   * From a run of its own under trtexec's profiler, in which whole queries are not timed; means per
   * query.
   */
  layers: z
    .object({
      failure: z.string().nullable(),
      runs: count,
      count,
      total_ns: z.number(),
      /** The longest first. */
      list: z.array(
        z.object({ name: z.string(), duration_ns: z.number(), median_ns: maybe, share }),
      ),
    })
    .nullable()
    .default(null),
});
export type TrtexecResult = z.infer<typeof trtexecResult>;

const verdictKinds = ['VALID', 'WIDE', 'UNSTABLE', 'THROTTLED', 'INVALID'] as const;
const verdict = z.object({
  kind: z.enum(verdictKinds),
  reason: words,
  /** What to do next; null only where there is nothing to do. */
  action: words.nullable(),
});
export type Verdict = z.infer<typeof verdict>;

export const cellResult = z.object({
  cell: words,
  label: words,
  purpose: z.enum(['measure', 'calibration']),
  /** Id of the model in the plan: the same for the same content, in any run. */
  model: words,
  /** What people are shown: unique in its plan, but not over runs. */
  model_name: words,
  config: cellConfig,
  verdict,
  /** Geometric mean of the process medians; the one process' median when there is one. */
  median_ns: maybe,
  /** Null with fewer than two processes and for a cell that is UNSTABLE or INVALID. */
  ci: interval.nullable(),
  /** `quick: ±CI is indicative`, or null. */
  ci_note: z.string().nullable(),
  /**
   * Typical interval inside one process (median over processes): says nothing of the next process.
   */
  ci_within: z.object({ half_width: maybe, method: z.literal('order-statistic-ess') }).nullable(),
  process_medians: z.object({ lo_ns: maybe, hi_ns: maybe, relative_sd: maybe }),
  n_processes: count,
  n_processes_excluded: count,
  iterations: z.object({ total: count, warm_up: count, steady: count }),
  n_eff: z.number(),
  mean_ns: maybe,
  min_ns: maybe,
  max_ns: maybe,
  mad_ns: maybe,
  percentiles: z.object({ p90: percentile, p95: percentile, p99: percentile, p999: percentile }),
  /** Items per second: items per iteration × steady iterations / wall time of the steady parts. */
  throughput_per_s: maybe,
  steady: z.object({
    class: z.enum(steadyClasses).nullable(),
    by_class: z.record(z.enum(steadyClasses), count),
    warm_up_iterations_median: maybe,
  }),
  outliers,
  passes: z
    .object({
      images_per_pass: count,
      n: count,
      avg_s: z.number(),
      max_s: z.number(),
      min_s: z.number(),
    })
    .nullable(),
  cold_start: coldStart,
  overhead: overhead.nullable(),
  contention: z
    .object({
      /** CPU time of the worker's threads as a share of threads × wall. */
      run_share: share,
      /** Time that threads were runnable without a CPU, as a share of running plus waiting. */
      wait_share: share,
      flagged_processes: z.array(count),
    })
    .nullable(),
  activity: activity.nullable(),
  /** Null where the sampler told no sources: telemetry `mpstat` and `off`. */
  attribution: attribution.nullable().default(null),
  /** Null where the board said nothing of clocks, heat or power. */
  board: boardState.nullable().default(null),
  /** Null on a board without power sensors, or without telemetry. */
  energy: energy.nullable().default(null),
  placement: placement.nullable(),
  /** Null for a cell on the CPU. */
  gpu: gpuEvidence.nullable().default(null),
  trtexec: trtexecResult.nullable(),
  outputs: agreement,
  /** Null where the agent did not tell. */
  conditions: cellConditions.nullable().default(null),
  labels: z.object({ correct: count, total: count, top1: z.number() }).nullable(),
  processes: z.array(processResult),
});
/** Everything that a run says about one cell. */
export type CellResult = z.infer<typeof cellResult>;
