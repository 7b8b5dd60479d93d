/** A number, or the symbolic name of a free dimension, or null where the model gives neither. */
export type Dimension = number | string | null;

/** An input or output of a model. */
export interface TensorFacts {
  readonly name: string;
  /** `float32`, `int64`, …; `sequence`, `map`, `optional` where it is no tensor. */
  readonly dtype: string;
  /** Null where not even the rank is known. */
  readonly shape: readonly Dimension[] | null;
  /**
   * Its type has no element type where it must have one, so that ONNX Runtime does not load the
   * model.
   */
  readonly isTypeIncomplete?: true;
}

export interface ModelFile {
  /** Relative to the model's directory, with forward slashes. */
  readonly path: string;
  /** Where it is on this machine; null for a model that was given as bytes. */
  readonly location: string | null;
  readonly sizeBytes: number;
}

/**
 * How the batch of a model is known. `option`: the person said it. `named`: the model names a
 * dimension so. `shared`: all inputs and outputs have one free leading dimension. `fixed`: all have
 * the same fixed one, and are images by their rank.
 */
export type BatchOrigin = 'option' | 'named' | 'shared' | 'fixed';

/** The batch of an inference: its size is the number of items. */
export interface ResolvedBatch {
  readonly size: number;
  readonly from: BatchOrigin;
  /** Its symbolic name, or input and axis: `batch_size`, `image:0`. */
  readonly dimension: string;
}

/**
 * Work of one inference in convolutions, matrix products and what is made of them, a multiplication
 * and an addition counted as two. With `unknownNodes` above 0 all figures are lower bounds.
 */
export interface FlopsFacts {
  /** The batch that the figures are for; null: an inference is one item. */
  readonly batch: ResolvedBatch | null;
  /** Floating-point operations. */
  readonly total: number;
  /** total / items of one inference */
  readonly perItem: number;
  /** Operations on integers, of operators whose inputs are quantized. */
  readonly integerTotal: number;
  /** integerTotal / items of one inference */
  readonly integerPerItem: number;
  /** Nodes that are in the figures. */
  readonly estimatedNodes: number;
  /**
   * Nodes of such operators that the figures leave out, as their shapes or how often they run are
   * not known.
   */
  readonly unknownNodes: number;
  /** Which these are, the most frequent first. */
  readonly unknownByOp: readonly { readonly op: string; readonly count: number }[];
}

export interface ParameterFacts {
  /** Elements stored in the model: initializers and Constant nodes, subgraphs included. */
  readonly count: number;
  readonly bytes: number;
  /** Largest first. */
  readonly byDtype: readonly {
    readonly dtype: string;
    readonly count: number;
    readonly bytes: number;
  }[];
}

interface OpsetFacts {
  /** `ai.onnx` for the default domain, however the file spells it. */
  readonly domain: string;
  readonly version: number;
  /** The file says `ai.onnx`, where others leave the name empty. */
  readonly isAlias?: true;
}

/** What we know of a model from its file alone. */
export interface ModelFacts {
  /** File name, or the name of a built-in. */
  readonly name: string;
  /** The `.onnx` file first, then its external data files in alphabetical order. */
  readonly files: readonly ModelFile[];
  readonly sizeBytes: number;
  readonly irVersion: number;
  readonly opsets: readonly OpsetFacts[];
  readonly producer: { readonly name: string; readonly version: string };
  readonly description: string;
  readonly graphName: string;
  /** Without initializers, which old files list among the inputs. */
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
  readonly parameters: ParameterFacts;
  /** Subgraphs and local functions included, most frequent operator first. */
  readonly nodes: {
    readonly total: number;
    readonly byOp: readonly { readonly op: string; readonly count: number }[];
  };
  /**
   * For the shapes that were asked for, else a batch of 1; null where free dimensions leave all
   * unknown.
   */
  readonly flops: FlopsFacts | null;
  /** Null where no dimension is known to be a batch. */
  readonly batch: Pick<ResolvedBatch, 'from' | 'dimension'> | null;
  /** Dimensions that somebody has to choose before it can run; null where nothing is open. */
  readonly open: {
    /** What is open: `x is Nx3xH, free: H`. */
    readonly why: string;
    /** Options that choose it, not tried: `--shape x=Nx3x224`. */
    readonly example: string;
  } | null;
}
