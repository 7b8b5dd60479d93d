import { gpuLoadText } from '../../host/analysis/board/gpu-evidence.ts';
import type { CellResult } from '../../host/analysis/result/cell-result.ts';
import {
  placementShareText,
  placementText,
  providerName,
} from '../../host/analysis/verdict/placement.ts';
import { formatDuration, formatPercent } from '../../host/quantities/format.ts';
import { counted } from '../words/quantities.ts';

/** Where a cell's nodes ran, a line per provider, for `results show`. */
export function placementLines({ placement }: CellResult): string[] {
  if (placement === null) return [];
  const { failure, providers, runs } = placement;
  if (failure !== null) return [`  placement    not known: ${failure}`];
  const found = `${placementText(placement) ?? 'no node ran'}${placementShareText(placement)}`;
  return [
    `  placement    ${found} (${counted(runs, 'profiled run')}, untimed)`,
    ...providers.map(({ provider, nodes, duration_ns, copies, copy_ns }) => {
      const copied =
        copies === 0
          ? ''
          : `; ${counted(copies, 'copy', 'copies')} between devices, ${formatDuration(copy_ns)}`;
      const name = providerName(provider).padEnd(10);
      return `    ${name} ${counted(nodes, 'node')}, ${formatDuration(duration_ns)} per run${copied}`;
    }),
  ];
}

/** What proves that the cell ran on the GPU, and what the board told of its GPU meanwhile. */
export function gpuLines({ gpu, verdict }: CellResult): string[] {
  if (gpu === null || verdict.kind === 'INVALID') return [];
  return [
    `  GPU          ${proofs[gpu.proof]}; ${gpuLoadText(gpu) ?? 'the board told no load of it'}`,
  ];
}

const proofs = {
  placement: 'proven by placement',
  load: 'proven by its load',
  engine: 'trtexec runs nowhere else',
  none: 'not proven',
} as const;

/** Layers that `results show` names; `--profile` has more. */
const SHOWN_LAYERS = 5;

function layerLines({ layers }: NonNullable<CellResult['trtexec']>): string[] {
  if (layers === null) return [];
  if (layers.failure !== null)
    return [`  layers       not known: ${layers.failure.split('\n', 1)[0]}`];
  const head = `${counted(layers.count, 'layer')}, ${formatDuration(layers.total_ns)} per query (${counted(layers.runs, 'profiled query', 'profiled queries')}, untimed)`;
  return [
    `  layers       ${head}`,
    ...layers.list
      .slice(0, SHOWN_LAYERS)
      .map(
        ({ name, duration_ns, share }) =>
          `    ${formatPercent(share).padStart(6)} ${formatDuration(duration_ns).padStart(8)}  ${name}`,
      ),
  ];
}

/** What trtexec told besides its times. */
export function trtexecLines({ trtexec }: CellResult): string[] {
  if (trtexec === null) return [];
  const { version, timed, build_ns, built_by_cell, engine_bytes, stages, warnings } = trtexec;
  const time = (duration_ns: number | null) =>
    duration_ns === null ? 'n/a' : formatDuration(duration_ns);
  const bytes = engine_bytes === null ? '' : `, ${(engine_bytes / 1024 ** 2).toFixed(1)} MiB`;
  return [
    `  trtexec      TensorRT ${version}, times ${timed}; h2d ${time(stages.h2d_ns)}, compute ${time(stages.compute_ns)}, d2h ${time(stages.d2h_ns)}`,
    `  engine       built in ${time(build_ns)}${built_by_cell === false ? ', found already built' : ''}${bytes}`,
    ...layerLines(trtexec),
    ...warnings.map((warning) => `    ! ${warning}`),
  ];
}
