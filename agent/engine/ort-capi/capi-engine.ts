import type { Cell } from '../../contract/plan.ts';
import { type Engine, EngineRefusal, type OpenOptions } from '../engine.ts';
import { overKeptEngines } from '../engine-cache.ts';
import type { Capi } from './capi.ts';
import { CapiSession } from './capi-session.ts';
import { createOptions } from './session-options.ts';

/** Warnings and worse, as onnxruntime-node logs them. */
const logLevel = 2;

/**
 * ONNX Runtime through its C interface. Against onnxruntime-node it passes every option of a
 * provider, writes outputs into memory made beforehand, and spends half a microsecond per run over
 * a loop in C where the binding spends seven.
 */
export class OrtCapiEngine implements Engine {
  readonly #capi: Capi;
  readonly cachePath: string | null;

  get version(): string {
    return this.#capi.library.version;
  }

  /** `cachePath`: a directory for the engine that TensorRT builds; null for other providers. */
  constructor(capi: Capi, cachePath: string | null) {
    this.#capi = capi;
    this.cachePath = cachePath;
  }

  open(cell: Cell, modelPath: string, { profilePrefix }: OpenOptions = {}): CapiSession {
    const capi = this.#capi;
    const env = capi.create('createEnv', logLevel, 'orin-remote');
    const options = createOptions(capi, cell, this.cachePath);
    if (profilePrefix !== undefined) capi.call('enableProfiling', options, profilePrefix);
    try {
      const session = overKeptEngines(this.cachePath, () =>
        capi.create('createSession', env, modelPath, options),
      );
      return new CapiSession(
        capi,
        { env, session },
        { computesInHostMemory: cell.ep === 'cpu', isProfiled: profilePrefix !== undefined },
      );
    } catch (error) {
      throw this.#named(error);
    } finally {
      capi.release('releaseSessionOptions', options);
    }
  }

  /** A board may have several libraries: a refusal says which one it came from. */
  #named(error: unknown): unknown {
    if (!(error instanceof EngineRefusal)) return error;
    const { path, version } = this.#capi.library;
    return new EngineRefusal(`${error.message.trim()} (ONNX Runtime ${version}, ${path})`, {
      cause: error,
      ...(error.next === null ? {} : { next: error.next }),
    });
  }
}
