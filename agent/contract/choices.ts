/** The words that plans and options share; no schemas here, so that reading options loads none. */
export const engines = ['ort', 'ort-capi', 'trtexec'] as const;
export type EngineName = (typeof engines)[number];
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'webgpu'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];
/**
 * The most exact first. `tf32`: fp32 whose products NVIDIA's tensor cores may take with ten bits of
 * mantissa, as their libraries do unless told not to.
 */
export const precisions = ['fp32', 'tf32', 'fp16', 'int8'] as const;
/**
 * `mpstat` and `proc`: a raw log and a `tele` event each second, with `proc` also counters by
 * source; `full` is `proc` with five `tele` events a second; `off`: no sampler at all.
 */
export const telemetrySources = ['off', 'mpstat', 'proc', 'full'] as const;
export const optimizationLevels = ['disabled', 'basic', 'extended', 'layout', 'all'] as const;
