import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import { targetLabel } from '../plan/engine-target.ts';
import { modelName } from './model-name.ts';
import { blockMedians } from './process-result.ts';
import type { CellResult } from './result/cell-result.ts';
import type { Result } from './result/result.ts';
import { type AmdahlFit, fitAmdahl } from './statistics/amdahl.ts';
import { unwatchedCells } from './telemetry-cost.ts';

/** Seconds of one pass, as the thesis prints them. */
export interface PassRow {
  readonly threads: number;
  readonly averageS: number;
  readonly maxS: number;
  readonly minS: number;
  readonly imagesPerPass: number;
}

/**
 * The thesis' own figures: ResNet34 on CIFAR-10 on an Orin Nano with six CPUs, JetPack 5.1.2 and
 * TensorFlow 2.12, seconds as average, maximum and minimum. That they are of a pass over the 10,000
 * test images is our reading.
 */
export const publishedPasses: readonly PassRow[] = [
  { threads: 1, averageS: 1111.36, maxS: 1111.71, minS: 1110.83, imagesPerPass: 10_000 },
  { threads: 3, averageS: 400.58, maxS: 401.32, minS: 400.17, imagesPerPass: 10_000 },
  { threads: 6, averageS: 218.27, maxS: 220.74, minS: 216.96, imagesPerPass: 10_000 },
];

/**
 * Its averages on the GPU lie between these, whatever the number of threads (1, 3, 6 or the
 * default).
 */
export const publishedGpuS = { least: 17.61, most: 18.37 } as const;

export interface ThesisRow extends PassRow {
  readonly cell: CellResult;
  /** `CPU`, `trtexec`, `CUDA`, … */
  readonly target: string;
  /** CPUs that the row may use where that is what was varied; null: any. */
  readonly cpus: number | null;
  /** Against one thread; null for that itself and where one is missing. */
  readonly speedUp: { readonly value: number; readonly lo: number; readonly hi: number } | null;
  readonly efficiency: number | null;
  /** (max − min) / average. */
  readonly spread: number;
}

export interface ThesisModel {
  readonly name: string;
  readonly rows: readonly ThesisRow[];
  /** Cells without a whole pass, and why. */
  readonly missing: readonly string[];
  readonly amdahl: AmdahlFit | null;
}

/**
 * The thesis' experiment as this run repeats it: one table and one fit for each version of the
 * model.
 */
export function thesisModels(result: Result): ThesisModel[] {
  const unwatched = unwatchedCells(result.plan);
  const cells = result.cells.filter(
    (cell) =>
      cell.purpose === 'measure' &&
      !unwatched.has(cell.cell) &&
      (isOnGpu(cell) || cell.config.affinity === null),
  );
  const measured = cells.filter(({ passes }) => passes !== null);
  return [...new Set(cells.map(({ model }) => model))].map((model) => {
    const own = measured.filter((cell) => cell.model === model);
    return {
      name: modelName(result.plan, model),
      rows: own.flatMap((cell) => thesisRow(cell, result)),
      missing: cells
        .filter((cell) => cell.model === model && cell.passes === null)
        .map(({ label, verdict }) => `${label}: ${verdict.reason}`),
      amdahl: fitAmdahl(timesByBlock(own.filter((cell) => !isOnGpu(cell)))),
    };
  });
}

/** Whether a cell is one of the thesis' GPU rows. */
export function isOnGpu({ config }: CellResult): boolean {
  return config.ep !== 'cpu';
}

function thesisRow(cell: CellResult, { comparisons }: Result): ThesisRow[] {
  if (cell.passes === null) return [];
  const { avg_s, max_s, min_s, images_per_pass } = cell.passes;
  const comparison = comparisons.find((each) => each.cell === cell.cell);
  const { affinity } = cell.config;
  return [
    {
      cell,
      target: isOnGpu(cell) ? targetLabel(cell.config) : 'CPU',
      cpus: affinity === null ? null : (parseCpuList(affinity)?.length ?? null),
      threads: cell.config.threads,
      averageS: avg_s,
      maxS: max_s,
      minS: min_s,
      imagesPerPass: images_per_pass,
      speedUp: comparison?.speed_up ?? null,
      // Threads are not what makes a GPU fast.
      efficiency: isOnGpu(cell) ? null : (comparison?.parallel_efficiency ?? null),
      spread: (max_s - min_s) / avg_s,
    },
  ];
}

function timesByBlock(cells: readonly CellResult[]): ReadonlyMap<number, number>[] {
  const blocks = new Map<number, Map<number, number>>();
  for (const cell of cells) {
    for (const [block, median_ns] of blockMedians(cell)) {
      const times = blocks.get(block) ?? new Map<number, number>();
      times.set(cell.config.threads, median_ns);
      blocks.set(block, times);
    }
  }
  return [...blocks.values()];
}
