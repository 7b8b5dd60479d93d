import { type AmdahlFit, fitAmdahl } from '../stats/amdahl.ts';
import type { CellResult } from './cell-result.ts';
import { blockMedians } from './process-result.ts';
import type { Result } from './result.ts';

/** Seconds of one pass, as the thesis prints them. */
export interface PassRow {
  readonly threads: number;
  readonly averageS: number;
  readonly maxS: number;
  readonly minS: number;
  readonly imagesPerPass: number;
}

/**
 * The thesis' own figures: ResNet34 on CIFAR-10 on an Orin Nano with six CPUs, JetPack 5.1.2 and TensorFlow 2.12, seconds as average,
 * maximum and minimum. That they are of a pass over the 10,000 test images is our reading.
 */
export const publishedPasses: readonly PassRow[] = [
  { threads: 1, averageS: 1111.36, maxS: 1111.71, minS: 1110.83, imagesPerPass: 10_000 },
  { threads: 3, averageS: 400.58, maxS: 401.32, minS: 400.17, imagesPerPass: 10_000 },
  { threads: 6, averageS: 218.27, maxS: 220.74, minS: 216.96, imagesPerPass: 10_000 },
];

interface ThesisRow extends PassRow {
  readonly cell: CellResult;
  /** Against one thread; null for that itself and where one is missing. */
  readonly speedUp: { readonly value: number; readonly lo: number; readonly hi: number } | null;
  readonly efficiency: number | null;
  /** (max − min) / average. */
  readonly spread: number;
}

export interface ThesisModel {
  readonly name: string;
  readonly rows: readonly ThesisRow[];
  readonly amdahl: AmdahlFit | null;
}

/** The thesis' experiment as this run repeats it: one table and one fit for each version of the model. */
export function thesisModels(result: Result): ThesisModel[] {
  const cells = result.cells.filter(
    ({ purpose, passes, config }) =>
      purpose === 'measure' && passes !== null && config.affinity === null,
  );
  return [...new Set(cells.map(({ model }) => model))].map((model) => {
    const own = cells.filter((cell) => cell.model === model);
    return {
      name: result.plan.models.find(({ id }) => id === model)?.name ?? model,
      rows: own.flatMap((cell) => thesisRow(cell, result)),
      amdahl: fitAmdahl(timesByBlock(own)),
    };
  });
}

function thesisRow(cell: CellResult, { comparisons }: Result): ThesisRow[] {
  if (cell.passes === null) return [];
  const { avg_s, max_s, min_s, images_per_pass } = cell.passes;
  const comparison = comparisons.find((each) => each.cell === cell.cell);
  return [
    {
      cell,
      threads: cell.config.threads,
      averageS: avg_s,
      maxS: max_s,
      minS: min_s,
      imagesPerPass: images_per_pass,
      speedUp: comparison?.speed_up ?? null,
      efficiency: comparison?.parallel_efficiency ?? null,
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
