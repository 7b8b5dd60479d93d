import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { CellResult } from '../analysis/result/cell-result.ts';
import type { Result } from '../analysis/result/result.ts';
import { placementText } from '../analysis/verdict/placement.ts';
import type { GpuMeans } from '../board/gpu-means.ts';
import type { EngineTarget } from '../plan/engine-target.ts';

/** Real work in every layer, and quick to send. */
export const CHECK_MODEL = 'mlp-tiny';
/** A board with more libraries of ONNX Runtime than this is somebody's museum. */
const MAX_LIBRARIES = 8;

/** What one real run said of one way to run a model. */
export interface EngineCheck {
  readonly engine: EngineTarget['engine'];
  readonly ep: EngineTarget['ep'];
  /** Of the board; null: what was pushed, or trtexec. */
  readonly library: string | null;
  /** `proved`: its nodes ran there; `runs`: nothing tells where; `fails`: see `reason`. */
  readonly state: 'proved' | 'runs' | 'fails';
  /** `3/3 nodes on CUDA`; null without a profile. */
  readonly proof: string | null;
  readonly reason: string | null;
  /** What the runtime said beyond the reason: which library it could not find, say. */
  readonly details: readonly string[];
  readonly next: string | null;
}

/**
 * Every way to run a model that a board might have: what is pushed with each provider, the board's
 * own libraries with those that lie beside them, trtexec.
 */
export function targetsToCheck(
  { libraries }: Pick<GpuMeans, 'libraries'>,
  build: { readonly providers: readonly string[] } | null,
): readonly EngineTarget[] {
  return [
    ...(['cpu', 'cuda', 'tensorrt', 'webgpu'] as const).map((ep) => ({
      engine: 'ort' as const,
      ep,
    })),
    ...providersOf(build?.providers ?? []).map((ep) => ({ engine: 'ort-capi' as const, ep })),
    ...libraries.slice(0, MAX_LIBRARIES).flatMap(({ path, providers }) =>
      providersOf(providers).map((ep) => ({
        engine: 'ort-capi' as const,
        ep,
        ortLibrary: path,
      })),
    ),
    { engine: 'trtexec', ep: 'tensorrt' },
  ];
}

function providersOf(providers: readonly string[]): readonly ('cpu' | 'cuda' | 'tensorrt')[] {
  return [
    'cpu' as const,
    ...(['cuda', 'tensorrt'] as const).filter((ep) => providers.includes(ep)),
  ];
}

/** What a run of these targets, one cell each and in their order, came to. */
export function readChecks(
  { cells }: Pick<Result, 'cells'>,
  targets: readonly EngineTarget[],
): readonly EngineCheck[] {
  const measured = cells.filter(({ purpose }) => purpose === 'measure');
  return targets.flatMap((target, index) => {
    const cell = measured[index];
    return cell === undefined ? [] : [checkOf(target, cell)];
  });
}

function checkOf({ engine, ep, ortLibrary }: EngineTarget, cell: CellResult): EngineCheck {
  const { verdict, placement } = cell;
  const proof = placement === null ? null : placementText(placement);
  const base = { engine, ep, library: ortLibrary ?? null, proof, details: detailsOf(cell) };
  if (verdict.kind === 'INVALID') {
    return { ...base, state: 'fails', reason: reasonOf(verdict.reason), next: verdict.action };
  }
  // trtexec runs nowhere but on the GPU.
  if (engine === 'trtexec' || proof !== null) {
    return { ...base, state: 'proved', reason: null, next: null };
  }
  const reason = placement?.failure ?? 'no profiled session was made';
  return { ...base, state: 'runs', reason: cleanLine(reason, 300), next: null };
}

/** One process is all there is: how many of them failed is not what anyone asks. */
function reasonOf(reason: string): string {
  return reason.replace(/^1 of 1 processes failed, the last (refused by the engine: )?/, '');
}

/** The lines of the refusal below its first, which is the reason. */
function detailsOf({ processes }: CellResult): readonly string[] {
  const [, ...lines] = (processes.at(-1)?.message ?? '').split('\n');
  return lines
    .map((line) => cleanLine(line, 300).trim())
    .filter((line) => line !== '')
    .slice(0, 4);
}
