import * as z from 'zod';

const count = z.int().nonnegative();
const maybe = z.number().nullable();

const clock = z.object({
  /** As asked for, not as measured: what the kernel tells without root. */
  current_hz: z.object({ min: maybe, max: maybe }),
  min_hz: maybe,
  max_hz: maybe,
  governor: z.string().nullable(),
});

/** The board's state over the steady parts of a cell; what it did not say is null or missing. */
export const boardState = z.object({
  samples: count,
  power_mode: z.string().nullable(),
  /** Null where there is no such clock; of several CPUs the lowest and the highest. */
  cpu_clock: clock.nullable(),
  gpu_clock: clock.nullable(),
  /** Whether one frequency is all that the clocks may have. */
  is_locked: z.object({ cpu: z.boolean().nullable(), gpu: z.boolean().nullable() }),
  temperatures: z.array(
    z.object({ zone: z.string(), start_c: z.number(), end_c: z.number(), max_c: z.number() }),
  ),
  /** Events of each alarm during the steady parts. */
  over_current: z.array(z.object({ alarm: count, events: count, per_s: z.number() })),
  /** Highest state of what cools by slowing down; fans are left out. */
  cooling: z.array(z.object({ type: z.string(), max_state: count })),
  /** What shows that the board slowed itself down, one each. */
  throttling: z.array(z.string()),
});
export type BoardState = z.infer<typeof boardState>;

/** What proves that a cell ran on the GPU, and what the board told of its GPU meanwhile. */
export const gpuEvidence = z.object({
  /**
   * `placement`: the profiled session; `load`: the GPU's load rose; `engine`: trtexec, which runs
   * nowhere else.
   */
  proof: z.enum(['placement', 'load', 'engine', 'none']),
  /** Null where the board told no load, or fewer than three times. */
  load: z
    .object({
      samples: count,
      median_percent: z.number(),
      max_percent: z.number(),
      /** Of the idle baseline and of the cells on the CPU. */
      idle_samples: count,
      idle_percent: maybe,
      clock_hz: maybe,
      /** Against idle: `rose` clearly, stayed `idle`, neither, or nothing to hold it against. */
      change: z.enum(['rose', 'idle', 'unclear', 'unknown']),
    })
    .nullable(),
});
export type GpuEvidence = z.infer<typeof gpuEvidence>;

/** Energy of one item (image); null figures have their reason. */
export const energy = z.object({
  /** What the power is of: `VDD_IN`, or `sum of rails`. */
  rail: z.string(),
  per_item_j: maybe,
  lo_j: maybe,
  hi_j: maybe,
  /** Without what the idle board takes in the same time. */
  net_per_item_j: maybe,
  mean_w: maybe,
  idle_w: maybe,
  /** Power samples inside the intervals that count, and the processes that these are of. */
  samples: count,
  processes: count,
  /** Mean power of every rail over all steady parts: parts of a total do not add up to it. */
  rails: z.array(z.object({ name: z.string(), mean_w: z.number() })),
  /** What the rail holds, and what cannot be told apart. */
  note: z.string(),
  reason: z.string().nullable(),
});
export type Energy = z.infer<typeof energy>;
