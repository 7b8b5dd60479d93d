import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { EngineRefusal } from './engine.ts';

/**
 * Its internals are not its public interface: another release may differ in any of what we rely on.
 */
export const requiredVersion = '1.30.0';

export interface OrtFeed {
  readonly type: string;
  readonly data: unknown;
  readonly dims: readonly number[];
  readonly location: 'cpu';
}

export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayBufferView | readonly string[];
}

interface OrtValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
}

/** The native session of onnxruntime-node, below its JavaScript layer. */
export interface OrtNativeSession {
  readonly inputMetadata: readonly OrtValueMetadata[];
  readonly outputMetadata: readonly OrtValueMetadata[];
  loadModel(path: string, options: Readonly<Record<string, unknown>>): void;
  run(
    feeds: Readonly<Record<string, OrtFeed>>,
    fetches: Readonly<Record<string, null>>,
  ): Readonly<Record<string, OrtTensor>>;
  endProfiling(): void;
  dispose(): void;
}

export interface OrtBinding {
  /** Execution providers this build has code for; their libraries may still be missing. */
  readonly backends: readonly string[];
  createSession(): OrtNativeSession;
}

/** Of ONNX Runtime's log: warnings and errors. */
const LOG_WARNINGS = 2;

/** What the binding makes of each output. */
type OutputConstructor = new (
  type: string,
  data: OrtTensor['data'],
  dims: readonly number[],
) => OrtTensor;

interface BindingModule {
  readonly binding: {
    readonly InferenceSession: new () => OrtNativeSession;
    readonly listSupportedBackends: () => readonly { readonly name: string }[];
    readonly initOrtOnce: (
      logLevel: number,
      output: OutputConstructor,
      isMainThread: boolean,
    ) => void;
  };
}

function isBindingModule(value: unknown): value is BindingModule {
  const binding = (value as Partial<BindingModule> | null)?.binding;
  return (
    typeof binding?.initOrtOnce === 'function' && typeof binding.InferenceSession === 'function'
  );
}

/**
 * An output as the binding tells it. onnxruntime-common's `Tensor` would look up and check each
 * time what the binding has just made, which beside a real model, when none of that code is in the
 * caches any more, is some ten microseconds of each call.
 */
class Output implements OrtTensor {
  readonly type: string;
  readonly data: OrtTensor['data'];
  readonly dims: readonly number[];

  constructor(type: string, data: OrtTensor['data'], dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

/**
 * Loads the synchronous binding of the onnxruntime-node beside the agent. Its public `session.run`
 * is the same call behind a Promise and a turn of the event loop: more overhead. Throws
 * `EngineRefusal` when the package is missing, does not load or is another release.
 */
export function loadOrtBinding(runtimePath: string): OrtBinding {
  const requireFrom = createRequire(join(runtimePath, 'agent.cjs'));
  try {
    const { version } = requireFrom('onnxruntime-node/package.json') as { version: unknown };
    if (version !== requiredVersion) {
      throw new EngineRefusal(
        `onnxruntime-node ${String(version)} is beside the agent, which needs ${requiredVersion}`,
      );
    }
    const module: unknown = requireFrom('onnxruntime-node/dist/binding');
    if (!isBindingModule(module)) {
      throw new EngineRefusal('onnxruntime-node has no synchronous binding');
    }
    module.binding.initOrtOnce(LOG_WARNINGS, Output, isMainThread);
    return {
      backends: module.binding.listSupportedBackends().map(({ name }) => name),
      createSession: () => new module.binding.InferenceSession(),
    };
  } catch (error) {
    if (error instanceof EngineRefusal) throw error;
    throw new EngineRefusal(`cannot load ONNX Runtime: ${(error as Error).message}`);
  }
}
