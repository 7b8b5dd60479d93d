import * as z from 'zod/mini';
import {
  engines,
  executionProviders,
  optimizationLevels,
  precisions,
  telemetrySources,
} from './choices.ts';
import { cleanWords } from './clean-text.ts';
import { fileProblems, isInnerPath, type NameProblem, nameProblems } from './plan-names.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const safeName = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/));
const count = z.int().check(z.nonnegative());
/** For people only. A plan comes back by way of the board, and is shown. */
const words = z.string().check(z.overwrite(cleanWords));
const positive = z.int().check(z.positive());
/** A run is cut a few times; each segment is a journal, logs and commands that collect them. */
const MAX_SEGMENTS = 1000;

/** A check of a schema that refuses a value for each problem found in it. */
function refuse<T>(find: (value: T) => readonly NameProblem[]) {
  return (context: { readonly value: T; readonly issues: object[] }): void => {
    for (const problem of find(context.value)) {
      context.issues.push({ code: 'custom', input: context.value, ...problem });
    }
  };
}

/** Tensor element types that onnxruntime-node 1.30 takes as inputs. */
export const tensorDtypes = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
] as const;
const tensorDtype = z.enum(tensorDtypes);
export type TensorDtype = z.infer<typeof tensorDtype>;

/**
 * Where a cell's input values come from. `fixed`: the first product(shape) elements of a store
 * file, little-endian and row-major (strings: a JSON array of strings; bool: one byte each); the
 * same values in every iteration. `cifar10`: records of 1 label byte + 3072 pixel bytes (CHW, as in
 * the CIFAR-10 binary version); iteration i takes the next `shape[0]` records, cycling; pixel p of
 * channel c becomes (p / 255 - mean[c]) / std[c].
 */
const inputSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('fixed'), sha256 }),
  z.object({
    kind: z.literal('cifar10'),
    sha256,
    records: positive,
    mean: z.tuple([z.number(), z.number(), z.number()]),
    std: z.tuple([z.number(), z.number(), z.number()]),
  }),
]);
export type InputSource = z.infer<typeof inputSource>;

const cellInput = z.object({
  name: z.string(),
  dtype: tensorDtype,
  /** Fully resolved, batch dimension included. */
  shape: z.array(count),
  source: inputSource,
  /**
   * Rows of the array that a person gave, where only the first `shape[0]` of them are used; absent:
   * all are.
   */
  rowsGiven: z.optional(positive),
});
export type CellInput = z.infer<typeof cellInput>;

/** Below the model's own directory: external data is where the model's bytes say. */
const innerPath = z.string().check(z.refine(isInnerPath, 'leaves the directory of its model'));

/**
 * A model as the board sees it: files laid side by side in a directory named by the id, hard-linked
 * from the store.
 */
const planModel = z
  .object({
    /**
     * SHA-256 of what the model is (`modelId` of the host): the same for the same content, whatever
     * it is called.
     */
    id: safeName,
    /** For people: unique in its plan, and a key of nothing. */
    name: words,
    /** Path of the `.onnx` file among `files`. */
    main: innerPath,
    files: z.array(z.object({ path: innerPath, sha256, sizeBytes: count })),
  })
  .check(refuse(fileProblems));
export type PlanModel = z.infer<typeof planModel>;

/**
 * How the batch of a model is known. `option`: a person said it; `named`: the model names a
 * dimension so; `shared`: all inputs and outputs have one free leading dimension; `fixed`: all have
 * the same fixed one, and are images by their rank.
 */
export const batchRules = ['option', 'named', 'shared', 'fixed'] as const;

/** One configuration to measure. */
const cell = z.object({
  id: safeName,
  /**
   * `calibration`: the null model under this cell's threads, to tell what share of a time is ours.
   */
  purpose: z.enum(['measure', 'calibration']),
  /** What tells this cell from the others of the plan, for people: `1 thread · batch 4`. */
  label: words,
  model: safeName,
  /**
   * `ort`: onnxruntime-node; `ort-capi`: ONNX Runtime's C interface; `trtexec`: TensorRT's own
   * program.
   */
  engine: z.enum(engines),
  /** Never a list to fall back along: the model runs here or the cell is refused. */
  ep: z.enum(executionProviders),
  /**
   * Options of the execution provider in its own words: `cudnn_conv_algo_search`,
   * `trt_fp16_enable`, …
   */
  epOptions: z._default(z.record(z.string(), z.string()), {}),
  /**
   * Absolute path on the board of the libonnxruntime.so for `ort-capi`; null: the one that was
   * pushed.
   */
  ortLibrary: z._default(z.nullable(z.string().check(z.regex(/^\/[^\0]{1,1000}$/))), null),
  /** Intra-op threads, always explicit: the calling thread counts as one. */
  threads: positive,
  interOpThreads: z.nullable(positive),
  /** CPU list for taskset, `0-2,5`; null leaves the affinity alone. */
  affinity: z.nullable(z.string().check(z.regex(/^\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*$/))),
  /**
   * Items of one iteration where the model has a batch; null: it has none that is known, and an
   * iteration is one item.
   */
  batch: z.nullable(positive),
  /** How the batch is known, and its symbolic name or `input:axis`; absent without a batch. */
  batchFrom: z.optional(z.object({ rule: z.enum(batchRules), dimension: words })),
  precision: z.enum(precisions),
  /**
   * What the engine is told to compute in; null: as the model is. An engine that cannot be told
   * refuses.
   */
  askedPrecision: z._default(z.nullable(z.enum(precisions)), null),
  graphOptimization: z.enum(optimizationLevels),
  spinning: z.boolean(),
  /**
   * The sampler pauses while this cell is measured, to tell what it costs the others; absent: it
   * does not.
   */
  isUnwatched: z.optional(z.boolean()),
  /**
   * Interrupts are moved while this cell is measured, as the board's restore record says; absent:
   * they are where they were.
   */
  isSteered: z.optional(z.boolean()),
  /** Further ONNX Runtime session configuration entries; values are strings. */
  sessionConfig: z.record(z.string(), z.string()),
  inputs: z.array(cellInput),
  /**
   * Of a cell of trtexec: whether the model leaves a dimension of an input free, so that the shapes
   * must be said; absent: not known. trtexec refuses them for any other model.
   */
  hasFreeShapes: z.optional(z.boolean()),
});
export type Cell = z.infer<typeof cell>;

/** Items (images, sentences, …) that one iteration computes. */
export function itemsPerIteration({ batch }: Pick<Cell, 'batch'>): number {
  return batch ?? 1;
}

/** When to stop; the numbers and their sources are in docs/methodology/README.md. */
const effort = z.object({
  name: z.enum(['quick', 'default', 'thorough', 'custom']),
  minBlocks: positive,
  maxBlocks: positive,
  /**
   * After so many processes a cell leaves that, at the spread seen so far, would not reach
   * `precision` within `maxBlocks` processes; absent: none leaves for that.
   */
  hopelessAfter: z.optional(positive),
  /** Wall time that one process may spend in warm-up plus steady iterations. */
  processBudgetMs: positive,
  warmUp: z.object({
    minIterations: positive,
    minMs: count,
    capMs: positive,
    /** The cap is the smaller of capMs and this share of processBudgetMs. */
    capShare: z.number().check(z.nonnegative(), z.lte(1)),
  }),
  minIterations: positive,
  maxIterations: positive,
  /** Half-width of the 95 % interval, as a share of the median: 0.01 is 1 %. */
  precision: z.number().check(z.positive(), z.lte(10)),
  totalBudgetMs: z.nullable(positive),
  /**
   * The first process of a cell lasts at least so long, so that a late warm-up is seen; later ones
   * as long as that one says; absent: no process lasts longer than it must.
   */
  pilotMs: z.optional(count),
  /**
   * How long the board is watched before the first process, so that rates can be held against it;
   * absent: not.
   */
  idleMs: z.optional(count),
  /**
   * Between processes the supervisor waits until the chip is at most `riseMilliC` warmer than
   * before the first process, at most `maxMs` long; absent: it does not wait.
   */
  cooldown: z.optional(z.object({ riseMilliC: count, maxMs: positive })),
  /** Images per pass; null measures no passes. A process then runs whole passes, at least one. */
  imagesPerPass: z.nullable(positive),
});
export type Effort = z.infer<typeof effort>;

/** The fields of a plan, each for itself: `planSchema` holds them against each other. */
export const planFields = z.object({
  protocol: z.int(),
  runId: safeName,
  createdUtc: words,
  /** Who started it, for the lock's message: `user@workstation`. */
  owner: words,
  seed: z.int().check(z.nonnegative()),
  models: z.array(planModel),
  cells: z.array(cell).check(z.minLength(1)),
  /** SHA-256 of every libonnxruntime of the runtime that was pushed; absent: not known. */
  ortLibraries: z.optional(z.array(sha256)),
  /**
   * `order[b]` lists the cell ids of block b in their seeded random order; its length is maxBlocks.
   */
  order: z.array(z.array(safeName)),
  effort,
  telemetry: z.enum(telemetrySources),
  /** Time between two `tele` events; absent: the source's own, see `sampleEveryMs`. */
  sampleEveryMs: z.optional(positive),
  /**
   * Whether each measured cell gets one untimed, profiled session that proves where its nodes run.
   */
  placement: z._default(z.boolean(), false),
  /**
   * A run that was cut goes on as a further segment: 2, 3, … (absent: 1), in the same directory,
   * with a plan and a journal of its own (see `segmentFile`). `order` then keeps its blocks and
   * lists only what is missing in each.
   */
  segment: z.optional(positive.check(z.maximum(MAX_SEGMENTS))),
  /** Number of the segment's first process, so that numbers stay unique over the run; absent: 0. */
  firstProcess: z.optional(count),
  /**
   * What earlier segments came to, for the rules that look across processes; absent: nothing. By
   * cell, the steady medians of the processes that went well, in nanoseconds, and how many failed
   * since the last of them.
   */
  earlier: z.optional(
    z.record(safeName, z.object({ medians_ns: z.array(z.number()), failuresInARow: count })),
  ),
  /** Opaque to the agent: what the workstation knew (board, model facts, tool, arguments). */
  context: z.record(z.string(), z.unknown()),
});

/**
 * Everything needed to repeat a measurement; written by the workstation, executed by the
 * supervisor.
 */
export const planSchema = planFields.check(refuse(nameProblems));
export type Plan = z.infer<typeof planSchema>;

/** Milliseconds between two readings of the sampler. */
export function sampleEveryMs(plan: Pick<Plan, 'telemetry' | 'sampleEveryMs'>): number {
  return plan.sampleEveryMs ?? (plan.telemetry === 'full' ? 200 : 1000);
}
