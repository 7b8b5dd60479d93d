import type { Cell } from '../protocol/plan.ts';
import type { Engine } from './engine.ts';
import { engineCache } from './engine-cache.ts';
import { loadOrtBinding } from './ort-binding.ts';
import { OrtCapiEngine } from './ort-capi/capi-engine.ts';
import { loadOrtCapi } from './ort-capi/load-capi.ts';
import { OrtEngine } from './ort-engine.ts';

/** Loads what the cell's engine needs from beside the agent. Throws `EngineRefusal` when it is not there. */
export function openEngine(cell: Cell, runtimePath: string, storePath: string): Engine {
  if (cell.engine === 'ort-capi') {
    const capi = loadOrtCapi(runtimePath, cell.ortLibrary);
    return new OrtCapiEngine(capi, engineCache(storePath, 'ort'));
  }
  return new OrtEngine(loadOrtBinding(runtimePath));
}
