import * as z from 'zod';
import { omit } from 'zod/mini';
import { cleanWords } from '../../../agent/contract/clean-text.ts';
import { planFields } from '../../../agent/contract/plan.ts';
import { journalProblem } from '../../journal/journal-problem.ts';
import { boardEnvironment, runContext } from '../../plan/run-context.ts';
import { activity } from './activity-result.ts';
import { cellResult } from './cell-result.ts';
import { notice } from './notice.ts';

const count = z.int().nonnegative();
const words = z.string().overwrite(cleanWords);

export const RESULT_SCHEMA = 'orin-remote/result@2';

/** Two cells, paired by block: the ratio of their latencies. */
const comparison = z.object({
  /** The cell that the other is held against. */
  baseline: z.string(),
  cell: z.string(),
  /** Blocks in which both were measured. */
  blocks: count,
  /** Latency of `cell` over latency of `baseline`: below 1 is faster. */
  ratio: z.number(),
  lo: z.number(),
  hi: z.number(),
  level: z.number(),
  /** Hodges–Lehmann estimate of the same ratio. */
  ratio_hodges_lehmann: z.number(),
  p_t: z.number(),
  p_wilcoxon: z.number(),
  /** The t p-value, corrected by Holm over all comparisons of the run. */
  p_holm: z.number(),
  /** Smallest change that this many blocks would find four times in five; 0.01 is 1 %. */
  minimum_detectable_effect: z.number(),
  threshold: z.number(),
  decision: z.enum(['faster', 'slower', 'equivalent', 'inconclusive']),
  /** The t interval and the rank test do not agree. */
  is_fragile: z.boolean(),
  /** Blocks that would decide an inconclusive comparison; null when decided. */
  blocks_needed: count.nullable(),
  /** 1 / ratio, with its interval. */
  speed_up: z.object({ value: z.number(), lo: z.number(), hi: z.number() }),
  /** Speed-up over the ratio of thread counts; null where the threads are equal. */
  parallel_efficiency: z.number().nullable(),
});
export type Comparison = z.infer<typeof comparison>;

const runSummary = z.object({
  /** `cut`: the journal ends without its last event. */
  ended: z.enum(['completed', 'budget', 'cancelled', 'failed', 'cut']),
  /** What the supervisor said when the run could not go on; absent where it said nothing. */
  error: z.string().optional(),
  events: count,
  iterations: count,
  /** Between the first and the last event, on the board's monotonic clock. */
  duration_s: z.number(),
  blocks_begun: count,
  /** Waits for the board to cool down between processes; absent where there were none. */
  cooldown: z
    .object({
      waits: count,
      /** Those whose time was over before the board was cool enough. */
      unfinished: count,
      waited_s: z.number(),
      zone: z.string(),
      /** What had to be reached. */
      limit_c: z.number(),
      /** The warmest that a process began after an unfinished wait; null when all were finished. */
      hottest_start_c: z.number().nullable(),
    })
    .optional(),
  /**
   * Files of the kernel that took another CPU while cells were measured with interrupts moved, and
   * that did not.
   */
  interrupts_moved: z
    .object({ moved: z.array(z.string()), refused: z.array(z.string()) })
    .optional(),
  /**
   * Names of the account's environment variables: those that some process of the run saw, and the
   * others.
   */
  variables: z.object({ passed: z.array(words), dropped: z.array(words) }).optional(),
  journal: z.object({
    bytes: count,
    /** Of all bytes (of the last segment) before the last event; null for a cut journal. */
    sha256: z.string().nullable(),
    is_verified: z.boolean(),
    problems: z.array(journalProblem),
    /**
     * Of a run that went on after a cut: what each of its journals holds, and the SHA-256 of that.
     */
    segments: z
      .array(z.object({ segment: count, events: count, bytes: count, sha256: z.string() }))
      .optional(),
  }),
  /** CPU time of our own supervisor and sampler as a share of one CPU; null for a cut journal. */
  agent_cpu_share: z.object({ supervisor: z.number(), sampler: z.number() }).nullable(),
});

/**
 * The result file, version 1. Everything in it follows from the journal: the same bytes give the
 * same file. Unknown is null; times are nanoseconds, shares are fractions of 1; numbers that are
 * not integers carry nine significant digits.
 */
export const resultSchema = z.object({
  schema: z.literal(RESULT_SCHEMA),
  run_id: words,
  created_utc: words,
  seed: count,
  context: runContext,
  /** † of docs/methodology/README.md: results compare only where these agree. */
  environment: boardEnvironment,
  quantile_definition: z.string(),
  run: runSummary,
  /**
   * The board before the first process, when no worker ran; null where no baseline was measured.
   */
  idle: activity.nullable().default(null),
  cells: z.array(cellResult),
  comparisons: z.array(comparison),
  warnings: z.array(notice),
  /** Everything needed to repeat the run; who started it stays out. */
  plan: omit(planFields, { owner: true, context: true }),
});
/** What a run came to. */
export type Result = z.infer<typeof resultSchema>;
