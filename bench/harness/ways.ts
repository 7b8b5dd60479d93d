/** The agent's loop over onnxruntime-node's binding or over the C interface; a program's own loop. */
export const ways = ['ort-capi', 'ort', 'session.run'] as const;
export type Way = (typeof ways)[number];

/** What one process is to do. */
export interface VariantJob {
  readonly way: Way;
  readonly modelPath: string;
  readonly shape: readonly number[];
  readonly warmUp: number;
  readonly iterations: number;
}
