import type { ExecutionProvider } from './choices.ts';

/**
 * Execution providers as ONNX Runtime names them, in its lists and its profiles, and as people do.
 */
export const providerNames: Readonly<
  Record<ExecutionProvider, { readonly id: string; readonly name: string }>
> = {
  cpu: { id: 'CPUExecutionProvider', name: 'CPU' },
  cuda: { id: 'CUDAExecutionProvider', name: 'CUDA' },
  tensorrt: { id: 'TensorrtExecutionProvider', name: 'TensorRT' },
  webgpu: { id: 'WebGpuExecutionProvider', name: 'WebGPU' },
};
