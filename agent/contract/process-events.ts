import * as z from 'zod/mini';
import { common, count, rawText, text } from './event-fields.ts';

/** Far more than any board has. */
const cpus = z.number().check(z.nonnegative(), z.lte(1_000_000));

/** `t_ns` is when it was started, before its program was loaded. */
export const processStart = z.object({
  ...common,
  kind: z.literal('process'),
  /** Counts from 0 over the run. */
  process: count,
  cell: text(120),
  block: count,
  pid: count,
  /** /proc/self/status Cpus_allowed_list as read back by the worker. */
  cpusAllowed: text(1024),
  /** /sys/devices/system/cpu/online at the same moment. */
  cpusOnline: z.optional(text(1024)),
  /** See `CpuState`, at the same moment. */
  cpuStarts: z.optional(text(8192)),
  /**
   * What it inherited from the login; `cpuQuota` is in CPUs, null where no control group limits it.
   */
  scheduling: z.optional(z.object({ nice: z.int(), policy: text(16), cpuQuota: z.nullable(cpus) })),
  /** Names of the account's variables that it sees by rule. */
  variables: z.optional(z.array(text(128))),
});

/** CPU time of the worker's threads over its steady part (/proc/<pid>/task/<tid>/schedstat). */
export const threads = z.object({
  ...common,
  kind: z.literal('threads'),
  process: count,
  wall_ns: count,
  threads: z.array(
    z.object({
      tid: count,
      role: z.enum(['main', 'ort', 'other']),
      run_ns: count,
      /** Runnable but waiting for a CPU: contention. */
      wait_ns: count,
      cpusAllowed: text(1024),
      /** At the first edge, where it was another list then. */
      cpusAllowedBefore: z.optional(text(1024)),
    }),
  ),
});

/** /proc files as they were at an edge of a process' steady part. */
export const edge = z.object({
  ...common,
  kind: z.literal('edge'),
  process: count,
  edge: z.enum(['steady-start', 'steady-end']),
  /** As in `process`, at this edge. */
  cpusAllowed: z.optional(text(1024)),
  cpusOnline: z.optional(text(1024)),
  cpuStarts: z.optional(text(8192)),
  stat: rawText(65_536),
  interrupts: rawText(1_048_576),
  softirqs: rawText(65_536),
});

/**
 * Libraries in the memory of the process that computes, read after the first iteration (trtexec: as
 * its loop begins).
 */
export const mapped = z.object({
  ...common,
  kind: z.literal('mapped'),
  process: count,
  libraries: z.array(
    z.object({
      path: text(1024),
      /** Null: the file at the path is another one by now. */
      bytes: z.nullable(count),
      /** Of ONNX Runtime's and TensorRT's own; null for others, and where it could not be read. */
      sha256: z.nullable(text(64)),
      /** It is the file of the cell's `ortLibrary`. */
      isNamed: z.optional(z.boolean()),
    }),
  ),
});
