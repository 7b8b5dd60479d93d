import type { Address } from './capi.ts';

/**
 * One way to have a session compute: inputs and outputs are set once, by their place in the model,
 * and stay.
 */
export interface Invocation {
  setInput(index: number, value: Address): void;
  /** Memory that all following runs write into; null: ONNX Runtime makes it, in host memory. */
  setOutput(index: number, value: Address | null): void;
  /** Throws `EngineRefusal` in ONNX Runtime's words. */
  run(): void;
  /** The same on another thread. */
  runAsync(): Promise<void>;
  /**
   * Hands the outputs of the latest run over, in the model's order; they are valid only meanwhile.
   */
  readOutputs<T>(read: (values: readonly Address[]) => T): T;
  release(): void;
}

/** What there is to invoke. */
export interface Invoked {
  readonly session: Address;
  readonly runOptions: Address;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}
