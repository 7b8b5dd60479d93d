import * as z from 'zod/mini';
import { common, count, lines, text } from './event-fields.ts';

export const maxPlacementNodes = 1024;
/**
 * Where a cell's nodes ran, from the profile of one untimed session in a process of its own.
 * Durations are of the kernels as ONNX Runtime reports them, summed over `runs` runs after a first
 * one that is left out.
 */
export const placement = z.object({
  ...common,
  kind: z.literal('placement'),
  cell: text(120),
  /** Why there is no profile; null when there is one. */
  failure: z.nullable(lines(2048)),
  runs: count,
  /**
   * Those runs from call to return: a GPU's kernels are timed as they are launched, and waited for
   * in between. Absent where there is no profile.
   */
  run_ns: z.optional(count),
  /** Groups of neighbouring nodes, in order of execution, that ran elsewhere than asked. */
  islands: count,
  /** Nodes that only copy between devices are not counted as nodes of a provider. */
  providers: z.array(
    z.object({
      provider: text(128),
      nodes: count,
      duration_ns: count,
      copies: count,
      copy_ns: count,
    }),
  ),
  /** The longest-running nodes, at most 1024, in order of execution. */
  nodes: z.array(
    z.object({ name: text(200), op: text(128), provider: text(128), duration_ns: count }),
  ),
  /**
   * Of a cell of trtexec, instead of providers and nodes: means per run, the longest first, at most
   * 1024.
   */
  layers: z.optional(
    z.object({
      /** All there are, and their time together. */
      count,
      total_ns: count,
      list: z.array(
        z.object({ name: text(200), duration_ns: count, median_ns: z.nullable(count) }),
      ),
    }),
  ),
});

/** What `trtexec` did in a process: its loop is its own, so that it tells more than iterations. */
export const trtexec = z.object({
  ...common,
  kind: z.literal('trtexec'),
  process: count,
  /** Of TensorRT: `8.5.2`. */
  version: text(32),
  /** Stages of a query inside each duration: `h2d+compute+d2h`. */
  timed: text(64),
  /**
   * Building the engine from the model; `isCached` when an earlier process did it, with that
   * duration.
   */
  build: z.object({
    isCached: z.boolean(),
    duration_ns: count,
    engineBytes: count,
    /**
     * From `runtime-loaded` until there was an engine to load: found and verified, or built.
     * Absent: not known.
     */
    preparing_ns: z.optional(count),
  }),
  /** Medians over the queries. */
  stages: z.object({ h2d_ns: count, compute_ns: count, d2h_ns: count }),
  /** Its `[W]` lines about the measurement. */
  warnings: z.array(text(300)),
  /** Why there are times and no outputs; absent: there are. */
  outputsFailure: z.optional(text(300)),
});
