import type { EngineName, ExecutionProvider } from '../../agent/protocol/plan.ts';
import type { BoardFacts } from '../board/facts.ts';
import { OrinError } from '../errors.ts';

/** One engine with one execution provider. */
export interface EngineTarget {
  readonly engine: EngineName;
  readonly ep: ExecutionProvider;
}

/** What `--ep` takes: the providers of ONNX Runtime, and TensorRT's own program, which is an engine by itself. */
export const epChoices = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'trtexec'] as const;
export type EpChoice = (typeof epChoices)[number];

/** Engines that run a provider of ONNX Runtime. */
export const ortEngines = ['ort', 'ort-capi'] as const;

/** Every asked-for provider under every asked-for engine; trtexec once, because it is its own engine. */
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

const providerLabels: Readonly<Record<ExecutionProvider, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  tensorrt: 'TensorRT',
  webgpu: 'WebGPU',
};

/** `CUDA`, `CPU (C API)`, `trtexec`. */
export function targetLabel({ engine, ep }: EngineTarget): string {
  if (engine === 'trtexec') return 'trtexec';
  return engine === 'ort' ? providerLabels[ep] : `${providerLabels[ep]} (C API)`;
}

/** What a person brought along for the GPU. */
export interface GpuMeans {
  /** Path on the board of a libonnxruntime.so. */
  readonly ortLibrary: string | null;
  /** A build of onnxruntime-node on the workstation. */
  readonly ortPackage: string | null;
}

/**
 * `--gpu auto`: the best way to the GPU that this board has. trtexec needs nothing that is not part of JetPack;
 * after it what the person brought, whose provider is proved by the run itself.
 * @throws OrinError `usage` when there is none.
 */
export function bestGpuTarget(board: string, facts: BoardFacts, means: GpuMeans): EngineTarget {
  if (facts.tools.trtexec) return { engine: 'trtexec', ep: 'tensorrt' };
  if (means.ortLibrary !== null) return { engine: 'ort-capi', ep: 'cuda' };
  if (means.ortPackage !== null) return { engine: 'ort', ep: 'cuda' };
  throw new OrinError({
    code: 'usage',
    what: `--gpu auto: nothing on ${board} can run a model on its GPU`,
    why: 'trtexec is not there (package libnvinfer-bin), and neither --ort-lib nor --ort names a GPU build of ONNX Runtime',
    next: 'on the board: sudo apt-get install libnvinfer-bin; or see docs/gpu.md',
    board,
  });
}
