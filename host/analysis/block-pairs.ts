import type { CellResult, ProcessResult } from './result/cell-result.ts';
import type { Pair } from './statistics/compare-paired.ts';

/** What is compared of a process; null where it has none. */
export type ProcessFigure = (process: ProcessResult) => number | null;

/**
 * A figure of the processes of two cells that count, paired by block, with the times of both where
 * they are known: a drift of the board is then no difference (drift-share.ts).
 */
export function blockPairs(a: CellResult, b: CellResult, figure: ProcessFigure): Pair[] {
  const others = new Map(counted(a).map((process) => [process.block, process]));
  return counted(b).flatMap((process) => {
    const other = others.get(process.block);
    const [theirs, ours] = [other === undefined ? null : figure(other), figure(process)];
    if (theirs === null || ours === null) return [];
    const pair = { a: theirs, b: ours };
    const [aAt, bAt] = [other?.steady_at_ns ?? null, process.steady_at_ns];
    return [aAt === null || bAt === null ? pair : { ...pair, aAt, bAt }];
  });
}

function counted({ processes }: CellResult): readonly ProcessResult[] {
  return processes.filter(({ excluded }) => excluded === null);
}
