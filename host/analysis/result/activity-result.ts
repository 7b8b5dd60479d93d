import * as z from 'zod';

const count = z.int().nonnegative();

/** CPU time by class as mpstat prints it, in percent of one CPU. */
const cpuUse = z.object({
  cpu: count,
  usr: z.number(),
  nice: z.number(),
  sys: z.number(),
  iowait: z.number(),
  irq: z.number(),
  soft: z.number(),
  steal: z.number(),
  guest: z.number(),
  gnice: z.number(),
  idle: z.number(),
});

/** A rate and how it falls on the CPUs of the table that it stands in. */
const rate = z.object({
  per_s: z.number(),
  cpus_per_s: z.array(z.number()),
});
export type Rate = z.infer<typeof rate>;

const spreadRate = rate.extend({
  /**
   * Greatest over mean: 1 is even, the number of CPUs is all on one; null where nothing was
   * counted.
   */
  imbalance: z.number().nullable(),
  busiest_cpu: count.nullable(),
});

const interruptRate = spreadRate.extend({
  /** As in /proc/interrupts: `301`, `IPI0`. */
  id: z.string(),
  /** The driver's name, or what the kernel calls it. */
  name: z.string(),
  kind: z.enum(['device', 'timer', 'ipi', 'other']),
  /** `network`, `storage`, `GPU`, …; null where the name does not tell. */
  role: z.string().nullable(),
  is_gpu: z.boolean(),
  /** Of the interface by which the workstation is connected: our own traffic is in it. */
  is_link: z.boolean(),
});
export type InterruptRate = z.infer<typeof interruptRate>;

/** Sources beyond those that are listed, in one. */
const rest = rate.extend({ sources: count });

const interruptRates = spreadRate.extend({
  /** Of all intervals together. */
  seconds: z.number(),
  /** CPU of each column of `cpus_per_s`. */
  cpus: z.array(count),
  by_kind: z.object({ device: rate, timer: rate, ipi: rate, other: rate }),
  gpu: rate,
  /** Greatest first; those of the GPU and of the workstation's link are always among them. */
  sources: z.array(interruptRate),
  rest,
});
export type InterruptRates = z.infer<typeof interruptRates>;

const softirqRates = spreadRate.extend({
  seconds: z.number(),
  cpus: z.array(count),
  types: z.array(spreadRate.extend({ type: z.string() })),
});
export type SoftirqRates = z.infer<typeof softirqRates>;

const agentCpuShare = z.object({
  supervisor: z.number(),
  /** With mpstat. */
  sampler: z.number(),
  /** The SSH server that brings the journal to the workstation; null where none was found. */
  ssh: z.number().nullable(),
});
export type AgentCpuShare = z.infer<typeof agentCpuShare>;

const linkPackets = z.object({
  interface: z.string(),
  received_per_s: z.number(),
  sent_per_s: z.number(),
});
export type LinkPackets = z.infer<typeof linkPackets>;

/**
 * What the board's CPUs did over some intervals: percentages are means over them, rates of all
 * together.
 */
export const activity = z.object({
  /** Those that were online throughout. */
  cpus: z.array(cpuUse),
  /**
   * CPUs of the board that were offline in all or in a part of the intervals: figures of them are
   * n/a, not 0.
   */
  cpus_offline: z.array(count).default([]),
  /** All CPUs together, 100 is all of them busy. */
  busy_percent: z.number(),
  interrupts_per_s: z.number(),
  context_switches_per_s: z.number(),
  processes: count,
  /** Null in results of earlier versions, and where /proc/interrupts could not be read. */
  interrupts: interruptRates.nullable().default(null),
  softirqs: softirqRates.nullable().default(null),
  /**
   * CPU time of our own processes, 1 is one CPU; null where the sampler was paused or off, and in
   * earlier results.
   */
  agent_cpu_share: agentCpuShare.nullable().default(null),
  /**
   * Of the interface by which the workstation is connected: our traffic, and whatever else goes
   * that way.
   */
  link_packets: linkPackets.nullable().default(null),
});
export type Activity = z.infer<typeof activity>;

const attributedSource = z.object({
  table: z.enum(['interrupt', 'softirq']),
  id: z.string(),
  name: z.string(),
  cpu: count,
  is_link: z.boolean(),
});

/** Which interrupts and softirqs go with slow iterations; see docs/methodology/attribution.md. */
export const attribution = z.object({
  windows: count,
  /** Median length of a window. */
  window_s: z.number(),
  /** Time beyond the median of each process, as a share of all time in the windows. */
  excess_share: z.number(),
  permutations: count,
  effects: z.array(
    z.object({
      /** More than one where they cannot be told apart. */
      sources: z.array(attributedSource),
      share_of_excess: z.number(),
      p: z.number(),
      p_holm: z.number(),
    }),
  ),
  /** Why nothing was tested; null when it was. */
  reason: z.string().nullable(),
});
export type InterruptAttribution = z.infer<typeof attribution>;
export type AttributedSource = z.infer<typeof attributedSource>;
