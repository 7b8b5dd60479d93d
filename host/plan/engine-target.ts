import type { EngineName, ExecutionProvider } from '../../agent/contract/choices.ts';
import { providerNames } from '../../agent/contract/provider-names.ts';
import type { BoardFacts } from '../board/facts.ts';
import { OrinError } from '../errors.ts';

/** One engine with one execution provider. */
export interface EngineTarget {
  readonly engine: EngineName;
  readonly ep: ExecutionProvider;
  /** For `ort-capi`: a libonnxruntime.so on the board; absent: the one of the plan's axes. */
  readonly ortLibrary?: string;
}

/**
 * What `--ep` takes: the providers of ONNX Runtime, and TensorRT's own program, which is an engine
 * by itself.
 */
export const epChoices = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'trtexec'] as const;
export type EpChoice = (typeof epChoices)[number];

/** Engines that run a provider of ONNX Runtime. */
export const ortEngines = ['ort', 'ort-capi'] as const;

/**
 * Every asked-for provider under every asked-for engine; trtexec once, because it is its own
 * engine.
 */
export function engineTargets(
  eps: readonly EpChoice[],
  engines: readonly (typeof ortEngines)[number][],
): readonly EngineTarget[] {
  return [...new Set(eps)].flatMap((ep): readonly EngineTarget[] =>
    ep === 'trtexec'
      ? [{ engine: 'trtexec', ep: 'tensorrt' }]
      : [...new Set(engines)].map((engine) => ({ engine, ep })),
  );
}

/** `CUDA`, `CPU (C API)`, `trtexec`. */
export function targetLabel({ engine, ep }: Pick<EngineTarget, 'engine' | 'ep'>): string {
  if (engine === 'trtexec') return 'trtexec';
  const { name } = providerNames[ep];
  return engine === 'ort' ? name : `${name} (C API)`;
}

/** What there is for the GPU beside trtexec. */
export interface GpuChoice {
  /** `--ort-lib`: path on the board of a libonnxruntime.so. */
  readonly ortLibrary: string | null;
  /** Libraries that were found on the board. */
  readonly libraries: readonly { readonly path: string; readonly providers: readonly string[] }[];
  /** A build of onnxruntime-node on the workstation; null: npm's. */
  readonly build: { readonly providers: readonly string[] } | null;
}

/**
 * `--gpu auto`: the best way to the GPU that this board has. A library that the person names is
 * what the person wants to know about, unless it has no provider of a GPU; trtexec needs nothing
 * that is not part of JetPack; after it one that lies on the board, the person's own build. Whether
 * its provider works is proved by the run itself.
 * @throws OrinError `usage` when there is none.
 */
export function bestGpuTarget(board: string, facts: BoardFacts, choice: GpuChoice): EngineTarget {
  const { ortLibrary, libraries } = choice;
  const named = libraries.find(({ path }) => path === ortLibrary);
  // Of one that was not found the run says why: it is not passed over.
  const namedEp = named === undefined ? 'cuda' : gpuProvider(named.providers);
  if (ortLibrary !== null && namedEp !== null) return { engine: 'ort-capi', ep: namedEp };
  if (facts.tools.trtexec) return { engine: 'trtexec', ep: 'tensorrt' };
  for (const { path, providers } of libraries) {
    const ep = gpuProvider(providers);
    if (ep !== null) return { engine: 'ort-capi', ep, ortLibrary: path };
  }
  const ep = gpuProvider(choice.build?.providers ?? []);
  if (ep !== null) return { engine: 'ort', ep };
  throw new OrinError({
    code: 'usage',
    what: `--gpu auto: nothing on ${board} can run a model on its GPU`,
    why: 'trtexec is not there (package libnvinfer-bin), and no ONNX Runtime with CUDA or TensorRT was found or given (--ort-lib, --ort)',
    next: 'on the board: sudo apt-get install libnvinfer-bin; or see docs/gpu/README.md',
    board,
  });
}

/** CUDA runs any model; TensorRT alone would need it for what it does not take. */
function gpuProvider(providers: readonly string[]): 'cuda' | 'tensorrt' | null {
  if (providers.includes('cuda')) return 'cuda';
  return providers.includes('tensorrt') ? 'tensorrt' : null;
}
