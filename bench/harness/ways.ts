/**
 * A loop in C over ONNX Runtime's C interface; the agent's loop over the same interface, blocking
 * and asynchronous; the agent's loop over onnxruntime-node's binding; a program's own loop over its
 * public interface.
 */
export const ways = ['C', 'ort-capi', 'ort-capi async', 'ort', 'session.run'] as const;
export type Way = (typeof ways)[number];

/** What one process is to do. */
export interface VariantJob {
  readonly way: Way;
  readonly modelPath: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly warmUp: number;
  readonly iterations: number;
  /**
   * Walked through before each iteration, outside its time, so that caches are as cold as beside a
   * model of that size; 0: not.
   */
  readonly walkBytes: number;
}
