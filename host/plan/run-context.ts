import * as z from 'zod';
import { cleanLine, cleanWords } from '../../agent/contract/clean-text.ts';
import { benchSettings } from './settings.ts';

/** The plan comes back by way of the board: its texts are as untrusted as any other. */
const clean = z.string().overwrite((value) => cleanLine(value));
const words = z.string().overwrite(cleanWords).nullable();
const text = clean.nullable().catch(null).default(null);
const number = z.number().nullable().catch(null).default(null);

/**
 * What the workstation knew when it made the plan: `plan.context`. Host and user names and
 * addresses stay out, so that a result can be shared. Whatever is missing or does not fit becomes
 * null.
 */
export const runContext = z.object({
  tool: z.object({ name: clean, version: clean }).nullable().catch(null).default(null),
  workstation: z
    .object({ os: z.string(), arch: z.string(), node: z.string() })
    .nullable()
    .catch(null)
    .default(null),
  /** Which experiment the run is, so that its report can be told again; null: a benchmark. */
  experiment: z.enum(['thesis', 'irq']).nullable().catch(null).default(null),
  /** Why an experiment that wished for GPU cells has none. */
  gpu_missing: clean.optional().catch(undefined),
  /** What was asked for, without paths of the workstation. */
  settings: benchSettings.nullable().catch(null).default(null),
  /** What ran on the board: versions of the runtime's parts. */
  runtime: z
    .object({ id: text, node: text, onnxruntime: text, agent_sha256: text })
    .nullable()
    .catch(null)
    .default(null),
  /** What the probe saw; see `boardContext`. */
  board: z
    .object({
      model: text,
      l4t: text,
      jetpack: text,
      kernel: text,
      os: text,
      machine: text,
      libc: text,
      cpu_model: text,
      cpus_online: z.array(z.int()).catch([]).default([]),
      cpus_allowed: z.array(z.int()).catch([]).default([]),
      /** Why fewer were allowed than were online, for people; null where all were. */
      cpu_limit: text,
      memory_total_bytes: number,
      memory_available_bytes: number,
      power_mode: text,
      uptime_s: number,
      load_1: number,
    })
    .nullable()
    .catch(null)
    .default(null),
  /** Facts of each model by its id: inputs, outputs, opset, parameters, … */
  models: z.record(z.string(), z.unknown()).catch({}).default({}),
});
export type RunContext = z.infer<typeof runContext>;

/**
 * The comparability keys: two results whose keys differ were not measured under like conditions.
 */
export const boardEnvironment = z.object({
  'board.model': words,
  'board.l4t': words,
  'board.kernel': words,
  'board.libc': words,
  'cpu.model': words,
  'cpu.online': words,
  'cpu.allowed': words.default(null),
  'power.mode': words,
  'clocks.cpu': words.default(null),
  'clocks.gpu': words.default(null),
  'clocks.locked': words.default(null),
  'runtime.node': words,
  'runtime.onnxruntime': words,
});
