import type { WorkerJob } from '../channel/messages.ts';
import type { Engine } from './engine.ts';
import { engineCache, engineKey, enginesPath } from './engine-cache.ts';
import { loadOrtBinding } from './ort-binding.ts';
import { OrtCapiEngine } from './ort-capi/capi-engine.ts';
import { loadOrtCapi } from './ort-capi/load-capi.ts';
import { OrtEngine } from './ort-engine.ts';

export type EngineJob = Pick<WorkerJob, 'cell' | 'modelHashes' | 'runtimePath' | 'storePath'>;

/**
 * Loads what the cell's engine needs from beside the agent. Throws `EngineRefusal` when it is not
 * there.
 */
export function openEngine(job: EngineJob): Engine {
  const { cell, runtimePath } = job;
  if (cell.engine !== 'ort-capi') return new OrtEngine(loadOrtBinding(runtimePath));
  const capi = loadOrtCapi(runtimePath, cell.ortLibrary);
  return new OrtCapiEngine(capi, cell.ep === 'tensorrt' ? tensorRtCache(job, capi.library) : null);
}

/**
 * Where TensorRT keeps what it builds for a cell: below the path that its options name, else below
 * ours; null where it keeps nothing.
 */
function tensorRtCache(job: EngineJob, library: object): string | null {
  const { trt_engine_cache_enable: isKept, trt_engine_cache_path: given } = job.cell.epOptions;
  if (/^(0|false)$/i.test(isKept ?? '')) return null;
  return engineCache(given ?? enginesPath(job.storePath), `ort-${tensorRtKey(job, library)}`);
}

/**
 * ONNX Runtime finds a cached engine again by the names of the model's file and tensors, whatever
 * the weights, the shapes and the options were: so each combination of them has a directory of its
 * own.
 */
function tensorRtKey({ cell, modelHashes }: EngineJob, library: object): string {
  const { precision, epOptions, graphOptimization, sessionConfig } = cell;
  const shapes = cell.inputs.map(({ name, dtype, shape }) => [name, dtype, shape]);
  return engineKey([
    modelHashes,
    library,
    shapes,
    precision,
    epOptions,
    graphOptimization,
    sessionConfig,
  ]);
}
