import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import { blockPairs, type ProcessFigure } from '../analysis/block-pairs.ts';
import type { CellResult } from '../analysis/result/cell-result.ts';
import type { Result } from '../analysis/result/result.ts';
import { comparePaired, type PairedComparison } from '../analysis/statistics/compare-paired.ts';

const THRESHOLD = 0.01;
const LEVEL = 0.95;

/**
 * Threads that stay off the CPU of the interrupts, against others, paired by block; ratios below 1
 * favour pinning.
 */
export interface PinningEffect {
  readonly pinned: CellResult;
  readonly against: CellResult;
  readonly median: PairedComparison | null;
  readonly p95: PairedComparison | null;
  /** Of p95 / median: what pinning does to the spread alone. */
  readonly spread: PairedComparison | null;
}

/**
 * What pinning does: against all CPUs, which is the choice that a person has, and against as many
 * threads anywhere, which tells pinning from having one thread less. Empty where no cell was
 * pinned.
 */
export function pinningEffects({ cells }: Result): PinningEffect[] {
  const measured = cells.filter(
    // What a GPU's host thread is held to is no pinning of the threads that compute.
    ({ purpose, config }) => purpose === 'measure' && config.ep === 'cpu',
  );
  return measured.flatMap((pinned) => {
    if (pinned.config.affinity === null || pinned.config.interrupts_moved) return [];
    const free = measured.filter(
      ({ model, config }) =>
        model === pinned.model &&
        config.affinity === null &&
        config.batch === pinned.config.batch &&
        !config.interrupts_moved,
    );
    const cpus = parseCpuList(pinned.config.affinity)?.length ?? 0;
    const all = free.filter(({ config }) => config.threads > cpus);
    const same = free.filter(({ config }) => config.threads === pinned.config.threads);
    return [...all, ...same].map((against) => effectOf(pinned, against));
  });
}

/**
 * What moving interrupts does: each cell with them moved against the same cell with them where they
 * are.
 */
export function movingEffects({ cells }: Result): PinningEffect[] {
  return cells.flatMap((moved) => {
    if (!moved.config.interrupts_moved || moved.purpose !== 'measure') return [];
    const kept = cells.filter(
      ({ model, config, purpose }) =>
        purpose === 'measure' &&
        model === moved.model &&
        !config.interrupts_moved &&
        config.threads === moved.config.threads &&
        config.affinity === moved.config.affinity &&
        config.batch === moved.config.batch,
    );
    return kept.map((against) => effectOf(moved, against));
  });
}

function effectOf(pinned: CellResult, against: CellResult): PinningEffect {
  const paired = (figure: ProcessFigure) =>
    comparePaired(blockPairs(against, pinned, figure), THRESHOLD, LEVEL);
  return {
    pinned,
    against,
    median: paired(({ median_ns }) => median_ns),
    p95: paired(({ p95_ns }) => p95_ns),
    spread: paired(({ median_ns, p95_ns }) =>
      median_ns === null || p95_ns === null ? null : p95_ns / median_ns,
    ),
  };
}
