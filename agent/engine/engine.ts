import type { Cell, TensorDtype } from '../contract/plan.ts';

/** Element storage of a tensor; float16 is its bits in a Uint16Array, bool one byte each. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** A named tensor, row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/**
 * The engine or its runtime said no, in a sentence for people: the cell cannot be measured like
 * this.
 */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  /** What a person can do about it; null where the message says it all. */
  readonly next: string | null;

  constructor(message: string, options: { cause?: unknown; next?: string } = {}) {
    super(message, { cause: options.cause });
    this.next = options.next ?? null;
  }
}

/** One opened model: bind inputs once, then run it as often as wanted. */
export interface EngineSession {
  /** Sets the inputs of all following runs; their data may be refilled in place between runs. */
  bind(inputs: readonly NamedTensor[]): void;
  /** One iteration, from inputs to outputs in host memory. Blocks until it is done. */
  run(): void;
  /**
   * One iteration on a thread of libuv's pool, of which a worker has one: this thread stays free to
   * hear signals, and learns of the end one wake-up later. Absent where the engine can only block.
   */
  runAsync?(): Promise<void>;
  /**
   * Has the iteration under way and all later ones fail. Absent where only the end of the process
   * ends one.
   */
  terminate?(): void;
  /** Outputs of the latest run; throws `EngineRefusal` before the first one. */
  outputs(): readonly NamedTensor[];
  /** Ends the session; a profile is complete only then. */
  close(): void;
}

export interface OpenOptions {
  /** Beginning of the path of a profile to write, in ONNX Runtime's Chrome trace format. */
  readonly profilePrefix?: string;
}

/** A way to execute models. */
export interface Engine {
  /** Release of ONNX Runtime: `1.30.0`. */
  readonly version: string;
  /** Where TensorRT keeps what it builds for this cell; absent or null where nothing is kept. */
  readonly cachePath?: string | null;
  /** Opens the model at `modelPath` exactly as the cell says; never falls back to anything else. */
  open(cell: Cell, modelPath: string, options?: OpenOptions): EngineSession;
}
