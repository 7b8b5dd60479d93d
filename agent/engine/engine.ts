import type { Cell, TensorDtype } from '../protocol/plan.ts';

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

/** The engine or its runtime said no, in a sentence for people: the cell cannot be measured like this. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  /** What a person can do about it; null where the message says it all. */
  readonly next: string | null;

  constructor(message: string, options: { cause?: unknown; next?: string } = {}) {
    super(message, { cause: options.cause });
    this.next = options.next ?? null;
  }
}

/** What another thread of this process needs to end a run under way. */
export interface Termination {
  /** The libonnxruntime.so in use. */
  readonly libraryPath: string;
  /** Address of the run's options. */
  readonly options: bigint;
}

/** One opened model: bind inputs once, then run it as often as wanted. */
export interface EngineSession {
  /** Sets the inputs of all following runs; their data may be refilled in place between runs. */
  bind(inputs: readonly NamedTensor[]): void;
  /** One iteration. Blocks until the outputs are in host memory. */
  run(): void;
  /** Outputs of the latest run; throws `EngineRefusal` before the first one. */
  outputs(): readonly NamedTensor[];
  /** Absent where a run can be ended only with its process. */
  readonly termination?: Termination;
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
  /** Opens the model at `modelPath` exactly as the cell says; never falls back to anything else. */
  open(cell: Cell, modelPath: string, options?: OpenOptions): EngineSession;
}
