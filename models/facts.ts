/** A number, or the symbolic name of a free dimension, or null where the model gives neither. */
export type Dimension = number | string | null;

/** An input or output of a model. */
export interface TensorFacts {
  readonly name: string;
  /** `float32`, `int64`, …; `sequence`, `map`, `optional` where it is no tensor. */
  readonly dtype: string;
  /** Null where not even the rank is known. */
  readonly shape: readonly Dimension[] | null;
}

export interface ModelFile {
  /** Relative to the model's directory, with forward slashes. */
  readonly path: string;
  /** Where it is on this machine; null for a model that was given as bytes. */
  readonly location: string | null;
  readonly sizeBytes: number;
}

/** Floating-point work of one inference, a multiplication and an addition counted as two. */
export interface FlopsFacts {
  /** The batch size that the figures are for. */
  readonly batch: number;
  readonly total: number;
  /** total / batch */
  readonly perItem: number;
  /** Convolutions and matrix products whose shapes are known: the ones in `total`. */
  readonly estimatedNodes: number;
  /** Convolutions, matrix products and operators built of them that `total` leaves out. */
  readonly unknownNodes: number;
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

/** What we know of a model from its file alone. */
export interface ModelFacts {
  /** File name, or the name of a built-in. */
  readonly name: string;
  /** The `.onnx` file first, then its external data files in alphabetical order. */
  readonly files: readonly ModelFile[];
  readonly sizeBytes: number;
  readonly irVersion: number;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
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
  /** For the shapes that were asked for, else batch 1; null where free dimensions leave all unknown. */
  readonly flops: FlopsFacts | null;
}
