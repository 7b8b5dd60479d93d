import * as z from 'zod';
import {
  executionProviders,
  optimizationLevels,
  precisions,
  telemetrySources,
} from '../../agent/contract/choices.ts';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import { epChoices, ortEngines } from './engine-target.ts';

const SETTINGS_VERSION = 1;

/** A record comes back by way of the board or a file: its texts are as untrusted as any other. */
const text = z.string().overwrite((value) => cleanLine(value, 4096));
const texts = z.record(text, text);
const positive = z.int().positive();

const cellSettings = z.object({
  /** Built-in names or paths of `.onnx` files; none: the default. */
  models: z.array(text),
  providers: z.array(z.enum(epChoices)),
  /** Also the best GPU engine of the board. */
  gpu: z.enum(['auto']).nullable(),
  /** Null: what the library asks for. */
  engines: z.array(z.enum(ortEngines)).nullable(),
  /** Which onnxruntime-node: `npm`, a stored build's name, a directory or a `.tgz`. */
  ort_package: text.nullable(),
  /** Path on the board of a libonnxruntime.so. */
  ort_library: text.nullable(),
  ep_options: z.partialRecord(z.enum(executionProviders), texts),
  /** What the GPU computes in; a number is the target, which the option was for once. */
  precisions: z.array(z.union([z.enum(precisions), z.number()])),
  profile: z.boolean(),
  threads: z.array(positive).nullable(),
  batches: z.array(positive).nullable(),
  batch_axes: z.array(text),
  /** CPU lists; null leaves the affinity alone. */
  affinities: z.array(text.nullable()),
  optimizations: z.array(z.enum(optimizationLevels)),
  spinning: z.array(z.boolean()),
  /** Null runs sequentially. */
  inter_op_threads: z.array(positive.nullable()),
  session: texts,
  include: z.array(texts),
  exclude: z.array(texts),
  oversubscribe: z.boolean(),
});

const inputSettings = z.object({
  /** By input; null is the batch. */
  shapes: z.record(text, z.array(z.int().nonnegative().nullable())),
  /** Paths of `.npy` files by input. */
  inputs: texts,
  /** Decimal, as the person wrote it: 64-bit integers do not fit a number. */
  ranges: z.record(text, z.object({ min: text, max: text })),
  distribution: z.enum(['uniform', 'normal']),
  data: z.object({ kind: z.literal('cifar10'), path: text }).nullable(),
  images: positive.nullable(),
  seed: z.int().nonnegative(),
  preset: z.enum(['thesis']).nullable(),
});

const effortSettings = z.object({
  quick: z.boolean(),
  thorough: z.boolean(),
  budget_ms: positive.nullable(),
  blocks: positive.nullable(),
  /** Half-width of the 95 % interval to stop at, as a share. */
  target: z.number().nullable(),
  /** The longest wait for the board to cool down; 0: none; null: the preset's. */
  cooldown_ms: z.int().nonnegative().nullable(),
  dry_run: z.boolean(),
});

const boardSettings = z.object({
  telemetry: z.enum(telemetrySources).nullable(),
  check_telemetry: z.boolean(),
  require_locked: z.boolean(),
  wait_ms: positive.nullable(),
  keep_bytes: z.int().nonnegative(),
  offline: z.boolean(),
  allow_links: z.boolean(),
  detach: z.boolean(),
});

export type CellSettings = z.infer<typeof cellSettings>;
export type InputSettings = z.infer<typeof inputSettings>;
export type EffortSettings = z.infer<typeof effortSettings>;
export type BoardSettings = z.infer<typeof boardSettings>;

/**
 * What a person says of a benchmark, however it was said: options, the home screen or a fleet file.
 * It holds in JSON, and names no board and no way to one.
 */
export const benchSettings = z.object({
  version: z.literal(SETTINGS_VERSION),
  ...cellSettings.shape,
  ...inputSettings.shape,
  ...effortSettings.shape,
  ...boardSettings.shape,
});
export type BenchSettings = z.infer<typeof benchSettings>;

/** The part that was said; the rest is as it is where nothing is said. */
export const givenSettings = benchSettings.omit({ version: true }).partial();
export type GivenSettings = Readonly<z.infer<typeof givenSettings>>;
