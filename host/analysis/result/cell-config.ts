import * as z from 'zod';
import {
  engines,
  executionProviders,
  optimizationLevels,
} from '../../../agent/contract/choices.ts';
import { cleanWords } from '../../../agent/contract/clean-text.ts';
import { batchRules } from '../../../agent/contract/plan.ts';

const count = z.int().nonnegative();
const words = z.string().overwrite(cleanWords);

/** A cell as it was asked for, and what was read back of it. */
export const cellConfig = z.object({
  engine: z.enum(engines),
  ep: z.enum(executionProviders),
  /** Options of the execution provider. */
  ep_options: z.record(z.string(), z.string()),
  /** The libonnxruntime.so of the board that was used; null: the pushed one. */
  ort_library: z.string().nullable(),
  /**
   * Release of ONNX Runtime, as its library says; null for trtexec and where no session was opened.
   */
  ort_version: z.string().nullable().default(null),
  threads: count,
  inter_op_threads: z.int().nullable(),
  affinity: z.string().nullable(),
  /** Cpus_allowed_list as the processes read it back, each once. */
  affinity_applied: z.array(z.string()),
  /** Size of the batch dimension; null where the model has none that is known. */
  batch: count.nullable(),
  /** What throughput, passes and energy count: the batch, else 1. */
  items_per_iteration: count,
  /**
   * How that is known; `dimension` is a symbolic name or `input:axis`. Null: the plan does not say.
   */
  items_from: z
    .object({ rule: z.enum([...batchRules, 'none']), dimension: words.nullable() })
    .nullable(),
  precision: z.string(),
  graph_optimization: z.enum(optimizationLevels),
  spinning: z.boolean(),
  session_config: z.record(z.string(), z.string()),
  /** Interrupts were moved while it was measured; absent: they were where they are. */
  interrupts_moved: z.literal(true).optional(),
});
