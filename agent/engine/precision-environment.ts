import type { Cell } from '../contract/plan.ts';

/**
 * Environment of a process that computes a cell: NVIDIA's libraries (cuBLAS, cuDNN, TensorRT) take
 * fp32 with TF32 tensor cores where the GPU has them, from Ampere on, unless this variable forbids
 * it. It is read when they are loaded.
 */
export function precisionEnvironment({ ep, precision }: Cell): Readonly<Record<string, string>> {
  const isStrict = (ep === 'cuda' || ep === 'tensorrt') && precision === 'fp32';
  return isStrict ? { NVIDIA_TF32_OVERRIDE: '0' } : {};
}
