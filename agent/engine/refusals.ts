import type { ExecutionProvider } from '../contract/choices.ts';
import type { Cell } from '../contract/plan.ts';
import { providerNames } from '../contract/provider-names.ts';
import { EngineRefusal } from './engine.ts';
import { findTrtexec } from './trtexec/find-trtexec.ts';
import { unloadableProvider } from './unloadable.ts';

/**
 * The way on when an ONNX Runtime cannot use the GPU: TensorRT's own program where the board has
 * it.
 */
export function gpuNext(): string {
  return findTrtexec() === null
    ? 'see docs/gpu/README.md for a GPU build (--ort, --ort-lib); trtexec is not on this board either'
    : 'trtexec is there: use --ep trtexec, or see docs/gpu/README.md for a GPU build';
}

/**
 * Refuses a precision that is asked of a provider which computes as the model is: of all but
 * TensorRT.
 */
export function refusePrecision({ ep, askedPrecision }: Cell): void {
  if (askedPrecision === null || ep === 'tensorrt') return;
  throw new EngineRefusal(
    `the ${providerNames[ep].name} provider computes as the model is: ${askedPrecision} cannot be asked of it`,
    { next: `leave these cells out: --exclude ep=${ep},precision=${askedPrecision}` },
  );
}

/**
 * Refuses what onnxruntime-node silently ignores: it hands its GPU providers a device number and no
 * more.
 */
export function refuseSettings(cell: Cell): void {
  refusePrecision(cell);
  const { ep, epOptions, askedPrecision } = cell;
  if (askedPrecision !== null) {
    throw new EngineRefusal(
      `onnxruntime-node cannot set the precision of ${providerNames[ep].name}: it passes a device number only`,
      { next: 'use --ep trtexec, or --engine ort-capi with --ep tensorrt' },
    );
  }
  const [option] = Object.keys(epOptions);
  if (option !== undefined) {
    throw new EngineRefusal(
      `onnxruntime-node cannot pass the option ${option} to ${providerNames[ep].name}: it passes a device number only`,
      { next: 'use --engine ort-capi with --ort-lib, which passes every option' },
    );
  }
}

/**
 * Refuses a provider that the build has no code for. Given to ONNX Runtime, arm64 builds would use
 * the CPU.
 */
export function refuseMissingProvider(ep: ExecutionProvider, backends: readonly string[]): void {
  if (backends.includes(ep)) return;
  throw new EngineRefusal(
    `this board's onnxruntime-node has no ${providerNames[ep].name}: it was built with ${backends.join(', ')}`,
    { next: gpuNext() },
  );
}

/**
 * ONNX Runtime's own words for a session that it did not make, with the way on where we know one.
 */
export function sessionRefusal(ep: ExecutionProvider, error: unknown): EngineRefusal {
  const { message } = error as Error;
  if (ep !== 'cpu' && /Failed to load (shared )?library/.test(message)) {
    return new EngineRefusal(`${unloadableProvider(providerNames[ep].name, message)}\n${message}`, {
      cause: error,
      next: gpuNext(),
    });
  }
  if (ep === 'webgpu' && /WebGPU adapter/.test(message)) {
    return new EngineRefusal(`no usable GPU driver for WebGPU\n${message}`, {
      cause: error,
      next: 'WebGPU needs a Vulkan driver (libvulkan.so.1 and a device that ONNX Runtime accepts)',
    });
  }
  if (/not enabled in this build/.test(message)) {
    return new EngineRefusal(message, { cause: error, next: gpuNext() });
  }
  return new EngineRefusal(message, { cause: error });
}
