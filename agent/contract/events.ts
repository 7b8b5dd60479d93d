import * as z from 'zod/mini';
import { placement, trtexec } from './engine-events.ts';
import { common, count, lines, rawText, text } from './event-fields.ts';
import { planSchema, tensorDtypes } from './plan.ts';
import { edge, mapped, processStart, threads } from './process-events.ts';

const hello = z.object({
  ...common,
  kind: z.literal('hello'),
  protocol: z.int(),
  agent: z.object({ version: text(64), node: text(64), pid: count }),
  capabilities: z.array(text(64)),
  runId: text(120),
  bootId: text(64),
  /** CLOCK_MONOTONIC at t_ns = 0, decimal nanoseconds. */
  monotonicOrigin_ns: text(24),
  /** The board's wall clock when the run began; boards without a battery start in 1970. */
  wallClockUtc: text(40),
  /**
   * Names of the account's environment variables that some role of the run sees, and of those that
   * none does.
   */
  variables: z.optional(
    z.object({
      passed: z.array(text(128)).check(z.maxLength(1024)),
      dropped: z.array(text(128)).check(z.maxLength(1024)),
    }),
  ),
  plan: planSchema,
});

export const phases = [
  'runtime-loaded',
  'session-created',
  'first-iteration',
  'steady',
  'finished',
] as const;
/** A worker passed a stage; durations between stages are the cold start. */
const phase = z.object({
  ...common,
  kind: z.literal('phase'),
  process: count,
  phase: z.enum(phases),
  /** With `runtime-loaded`: the release of ONNX Runtime, as its library says. */
  ortVersion: z.optional(text(32)),
  /**
   * With `session-created` and `first-iteration`: TensorRT under ONNX Runtime built an engine since
   * the stage before.
   */
  engineBuilt: z.optional(z.boolean()),
});

/**
 * A batch of iterations, columnar. Iteration `first + k` began at `t0_ns` plus all earlier `dt_ns`
 * and `gap_ns` of the batch (gap k lies between the end of iteration k and the start of k + 1;
 * there is one less than iterations, the next batch tells its start itself).
 */
const iter = z.object({
  ...common,
  kind: z.literal('iter'),
  process: count,
  first: count,
  t0_ns: count,
  dt_ns: z.array(count),
  gap_ns: z.array(count),
  /** Sparse: [index within the batch, involuntary context switches during it]. */
  preempted: z.array(z.tuple([count, count])),
  /** Sparse: [index within the batch, minor faults, major faults]. */
  faults: z.array(z.tuple([count, count, count])),
});

/** Something that may explain a slow iteration: a garbage collection of the worker. */
const tag = z.object({
  ...common,
  kind: z.literal('tag'),
  process: count,
  tag: z.enum(['gc']),
  start_ns: count,
  duration_ns: count,
});

/** What the model answered to its first inputs, so that cells can be compared. */
const output = z.object({
  ...common,
  kind: z.literal('output'),
  process: count,
  outputs: z.array(
    z.object({
      name: text(512),
      dtype: z.enum(tensorDtypes),
      shape: z.array(count),
      sha256: text(64),
      /** NaN and infinite elements over the whole tensor. */
      nonFinite: count,
      /** Elements at `stride`, 0, s, 2s, …: at most 4096 of them; non-finite ones are null. */
      stride: count,
      values: z.array(z.nullable(z.number())),
      /** Arg-max of each row of the first dimension, where the tensor is [N, classes]. */
      top1: z.array(count),
    }),
  ),
  /** Against the data set's labels over one pass; null without labels. */
  labels: z.nullable(z.object({ correct: count, total: count })),
});

/** A table of /proc/interrupts or /proc/softirqs without what did not change. */
const countedRows = z.object({
  /** CPU of each column. */
  cpus: z.array(count),
  /**
   * Cumulative: those that counted since the last event that told, all of them when `cpus` changed.
   */
  rows: z.array(z.object({ id: text(32), counts: z.array(count) })),
});

const cooldownStates = ['waiting', 'reached', 'bound', 'lost'] as const;
/** Board figures, cumulative where they count, so that a lost sample loses little. */
const tele = z.object({
  ...common,
  kind: z.literal('tele'),
  /**
   * Jiffies per CPU as in /proc/stat: user nice system idle iowait irq softirq steal guest
   * guest_nice.
   */
  cpus: z.array(z.object({ cpu: count, jiffies: z.array(count) })),
  /** Total interrupts and context switches since boot. */
  intr: count,
  ctxt: count,
  memAvailableBytes: count,
  /** Telemetry `proc` and `full`. */
  counted: z.optional(z.object({ interrupts: countedRows, softirqs: countedRows })),
  /**
   * Files of `boardFilePaths` by absolute path: all that exist in the sampler's first event, then
   * those that changed. Null: there, but not to be read.
   */
  files: z.optional(z.record(text(512), z.nullable(rawText(65_536)))),
  /**
   * In the first event: the interface by which the workstation is connected, and its interrupts'
   * ids.
   */
  link: z.optional(z.object({ interface: text(64), interrupts: z.array(text(32)) })),
  /** Of ourselves, each cumulative since some moment before the run's first event. */
  own: z.optional(
    z.object({
      supervisorCpu_ns: count,
      /** With mpstat. */
      samplerCpu_ns: count,
      /**
       * Of the SSH servers that brought the journal to the workstation, as far as one was found.
       */
      sshCpu_ns: z.optional(count),
      /** Packets of the interface in `link`. */
      received: z.optional(count),
      sent: z.optional(count),
    }),
  ),
  /** /proc files at both ends of the idle baseline, when no worker runs. */
  idle: z.optional(
    z.object({
      edge: z.enum(['start', 'end']),
      stat: rawText(65_536),
      interrupts: rawText(1_048_576),
      softirqs: rawText(65_536),
    }),
  ),
  /**
   * While the supervisor waits for the board to cool down before process `process`, and how that
   * ended.
   */
  cooldown: z.optional(
    z.object({
      process: count,
      /** `bound`: the time was over first; `lost`: the temperature cannot be read any more. */
      state: z.enum(cooldownStates),
      zone: text(64),
      milliC: z.int(),
      limitMilliC: z.int(),
      waitedMs: count,
    }),
  ),
  /**
   * The supervisor had interrupts moved, or moved back; files that took the new value, and those
   * that did not.
   */
  steering: z.optional(
    z.object({
      isOn: z.boolean(),
      moved: z.array(text(320)),
      refused: z.array(text(320)),
    }),
  ),
});

export const processOutcomes = ['ok', 'crashed', 'killed', 'refused', 'cancelled'] as const;
const processEnd = z.object({
  ...common,
  kind: z.literal('process-end'),
  process: count,
  /**
   * `refused`: ONNX Runtime or the engine said no (see stderr); `killed`: ended by a signal not
   * ours.
   */
  outcome: z.enum(processOutcomes),
  exitCode: z.nullable(z.int()),
  signal: z.nullable(text(16)),
  iterations: count,
  warmUpIterations: count,
  stop: z.nullable(z.enum(['precise', 'process-budget', 'max-iterations', 'passes', 'cancelled'])),
  /** Last lines of stderr, or the engine's message: bounded, control characters removed. */
  message: lines(4096),
  /** What to do about a refusal, where the engine knows. */
  next: z._default(z.nullable(text(1024)), null),
  /**
   * Something else moved back, while it ran, what was to stay moved: it was not measured as its
   * cell is meant to be.
   */
  isMovedBack: z.optional(z.boolean()),
  /**
   * CPUs that went offline or came online, or other CPUs that it was allowed, while it ran: it does
   * not count.
   */
  cpuChanges: z.optional(
    z.array(
      z.object({
        what: z.enum(['online', 'allowed', 'away']),
        before: text(1024),
        after: text(1024),
      }),
    ),
  ),
});

/** A cell leaves the plan: nothing more will be measured of it. */
const cellEnd = z.object({
  ...common,
  kind: z.literal('cell'),
  cell: text(120),
  reason: z.enum(['precise', 'out-of-reach', 'max-blocks', 'budget', 'failed', 'cancelled']),
});

const warn = z.object({ ...common, kind: z.literal('warn'), code: text(64), text: text(2048) });
const error = z.object({ ...common, kind: z.literal('error'), code: text(64), text: text(4096) });

/** The last event of a journal that was not cut. */
const bye = z.object({
  ...common,
  kind: z.literal('bye'),
  reason: z.enum(['completed', 'budget', 'cancelled', 'failed']),
  /** Events and iterations written before this one. */
  events: count,
  iterations: count,
  /** SHA-256 of all journal bytes before this line. */
  sha256: text(64),
  /** CPU time of supervisor and sampler over the run. */
  overhead: z.object({ supervisorCpu_ns: count, samplerCpu_ns: count, wall_ns: count }),
});

/** One line of the journal, its words cleaned where they are read. */
export const journalEventSchema = z.discriminatedUnion('kind', [
  hello,
  processStart,
  phase,
  iter,
  tag,
  threads,
  edge,
  mapped,
  output,
  placement,
  trtexec,
  tele,
  processEnd,
  cellEnd,
  warn,
  error,
  bye,
]);
export type JournalEvent = z.infer<typeof journalEventSchema>;
export type JournalKind = JournalEvent['kind'];
/** The event of one kind: `EventOf<'iter'>`. */
export type EventOf<K extends JournalKind> = Extract<JournalEvent, { kind: K }>;
/** An event as it is written: its words are cleaned by whoever reads it. */
export type WrittenEvent = z.input<typeof journalEventSchema>;
export type WrittenOf<K extends JournalKind> = Extract<WrittenEvent, { kind: K }>;
/** An event before the journal gave it its number. */
export type Unnumbered<E extends WrittenEvent = WrittenEvent> = E extends WrittenEvent
  ? Omit<E, 'seq'>
  : never;
