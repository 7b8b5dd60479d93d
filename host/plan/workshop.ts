import { openPacker, type Packer } from '../store/push/packer.ts';
import type { BoardPlatform } from '../store/runtime/node-package.ts';
import type { Runtime } from '../store/runtime/runtime.ts';
import { type RuntimeOptions, runtimeFor } from '../store/runtime/runtime-for.ts';
import { type InputRequest, type PreparedInputs, prepareInputs } from './inputs/cell-inputs.ts';
import { type LoadedModel, loadModel } from './inputs/model-source.ts';
import { triedAdvice } from './inputs/tried-advice.ts';

/**
 * Where everything is made that boards are sent: models read, generated and hashed, inputs drawn,
 * runtimes put together, files packed. Each is made once, however many boards want it at the same
 * time.
 */
export interface Workshop {
  readonly packer: Packer;
  /** @throws as `loadModel` */
  loadModel(nameOrPath: string, allowsLinks?: boolean): Promise<LoadedModel>;
  /** @throws as `prepareInputs` */
  prepareInputs(model: LoadedModel, request: Omit<InputRequest, 'signal'>): Promise<PreparedInputs>;
  /** @throws as `runtimeFor` */
  runtimeFor(
    platform: BoardPlatform,
    options: Omit<RuntimeOptions, 'cacheDir' | 'signal'>,
  ): Promise<Runtime>;
}

/** @param signal ends what is being made, for all who wait for it. */
export function openWorkshop(
  { cache: cacheDir, agent: agentPath }: { readonly cache: string; readonly agent: string },
  signal: AbortSignal,
): Workshop {
  const models = new Map<string, Promise<LoadedModel>>();
  const inputs = new Map<string, Promise<PreparedInputs>>();
  const runtimes = new Map<string, Promise<Runtime>>();
  return {
    packer: openPacker(cacheDir),
    loadModel: (name, allowsLinks = false) =>
      once(models, JSON.stringify([name, allowsLinks]), () =>
        loadModel(name, cacheDir, signal, allowsLinks),
      ),
    prepareInputs: (model, request) =>
      once(inputs, JSON.stringify([model.planModel, request]), () =>
        prepareInputs(model, { ...request, signal }).catch(async (error: unknown) => {
          throw await triedAdvice(error, model.facts, { agentPath, signal });
        }),
      ),
    runtimeFor: (platform, options) =>
      once(runtimes, JSON.stringify([platform, options]), () =>
        runtimeFor(platform, { ...options, cacheDir, signal }),
      ),
  };
}

/** A failure is told to those who waited for it, and tried anew by the next. */
function once<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(key);
  if (known !== undefined) return known;
  const thing = make();
  made.set(key, thing);
  thing.catch(() => made.delete(key));
  return thing;
}
