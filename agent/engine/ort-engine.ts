import { cleanLine } from '../contract/clean-text.ts';
import { type Cell, type TensorDtype, tensorDtypes } from '../contract/plan.ts';
import {
  type Engine,
  EngineRefusal,
  type EngineSession,
  type NamedTensor,
  type OpenOptions,
  type TensorData,
} from './engine.ts';
import {
  type OrtBinding,
  type OrtFeed,
  type OrtNativeSession,
  type OrtTensor,
  requiredVersion,
} from './ort-binding.ts';
import { refuseMissingProvider, refuseSettings, sessionRefusal } from './refusals.ts';

/**
 * ONNX Runtime through onnxruntime-node's synchronous binding, on the one provider that the cell
 * names.
 */
export class OrtEngine implements Engine {
  readonly version = requiredVersion;
  readonly #binding: OrtBinding;

  constructor(binding: OrtBinding) {
    this.#binding = binding;
  }

  open(cell: Cell, modelPath: string, { profilePrefix }: OpenOptions = {}): EngineSession {
    refuseSettings(cell);
    refuseMissingProvider(cell.ep, this.#binding.backends);
    const native = this.#binding.createSession();
    const profiling =
      profilePrefix === undefined
        ? {}
        : { enableProfiling: true, profileFilePrefix: profilePrefix };
    try {
      native.loadModel(modelPath, { ...sessionOptions(cell), ...profiling });
    } catch (error) {
      throw sessionRefusal(cell.ep, error);
    }
    return new OrtSession(native, profilePrefix !== undefined);
  }
}

/**
 * Everything explicit, so that no default of a release or a board decides: with intra-op threads
 * unset, ONNX Runtime counts cores itself and pins its threads past the process' affinity.
 */
function sessionOptions(cell: Cell): Readonly<Record<string, unknown>> {
  const spinning = cell.spinning ? '1' : '0';
  return {
    executionProviders: [cell.ep],
    intraOpNumThreads: cell.threads,
    executionMode: cell.interOpThreads === null ? 'sequential' : 'parallel',
    interOpNumThreads: cell.interOpThreads ?? 1,
    graphOptimizationLevel: cell.graphOptimization,
    extra: {
      'session.intra_op.allow_spinning': spinning,
      'session.inter_op.allow_spinning': spinning,
      ...cell.sessionConfig,
    },
  };
}

class OrtSession implements EngineSession {
  readonly #native: OrtNativeSession;
  readonly #fetches: Readonly<Record<string, null>>;
  readonly #isProfiled: boolean;
  #feeds: Readonly<Record<string, OrtFeed>> = {};
  #latest: Readonly<Record<string, OrtTensor>> | null = null;

  constructor(native: OrtNativeSession, isProfiled: boolean) {
    this.#native = native;
    this.#isProfiled = isProfiled;
    this.#fetches = Object.fromEntries(native.outputMetadata.map(({ name }) => [name, null]));
  }

  bind(inputs: readonly NamedTensor[]): void {
    const wanted = this.#native.inputMetadata.map(({ name }) => name);
    // ONNX Runtime answers a missing input with the text of a failed cast: say it before it does.
    const missing = wanted.filter((name) => !inputs.some((input) => input.name === name));
    const unknown = inputs.filter(({ name }) => !wanted.includes(name)).map(({ name }) => name);
    if (missing.length > 0 || unknown.length > 0) {
      throw new EngineRefusal(
        `the model takes inputs ${wanted.join(', ')}; given: ${inputs.map(({ name }) => name).join(', ')}`,
      );
    }
    // Plain records instead of Tensor objects: the binding reads the same fields, slightly faster.
    this.#feeds = Object.fromEntries(
      inputs.map(({ name, dtype, shape, data }) => [
        name,
        { type: dtype, data, dims: shape, location: 'cpu' as const },
      ]),
    );
  }

  run(): void {
    try {
      this.#latest = this.#native.run(this.#feeds, this.#fetches);
    } catch (error) {
      throw refusal(error);
    }
  }

  close(): void {
    if (this.#isProfiled) this.#native.endProfiling();
    this.#native.dispose();
  }

  outputs(): readonly NamedTensor[] {
    const latest = this.#latest;
    if (latest === null) throw new EngineRefusal('no iteration has run');
    if (typeof (latest as { then?: unknown }).then === 'function') {
      throw new EngineRefusal(
        'this onnxruntime-node runs models asynchronously: its times would be of the call only',
      );
    }
    return Object.entries(latest).flatMap(([name, tensor]) => {
      const dtype = tensorDtypes.find((known) => known === tensor.type);
      return dtype ? [{ name, dtype, shape: tensor.dims, data: dataOf(tensor, dtype) }] : [];
    });
  }
}

function dataOf(tensor: OrtTensor, dtype: TensorDtype): TensorData {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data)) return data;
  // Newer Node gives float16 as Float16Array, older as Uint16Array: take the bits in both.
  return dtype === 'float16'
    ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
    : (data as unknown as TensorData);
}

/**
 * ONNX Runtime reports everything as an Error with its text; here such a text is an answer, not a
 * bug. On one line, because it begins with what is wrong and ends with general advice.
 */
function refusal(error: unknown): EngineRefusal {
  return new EngineRefusal(cleanLine((error as Error).message, 4096), { cause: error });
}
