import type { WrittenOf } from '../contract/events.ts';
import type { Cell, Plan } from '../contract/plan.ts';
import { cellInterval, processesNeeded } from '../contract/statistics/between-processes.ts';

export type CellEndReason = WrittenOf<'cell'>['reason'];
export type CellEnd = Pick<WrittenOf<'cell'>, 'cell' | 'reason'>;

interface LiveCell {
  readonly cell: Cell;
  /** Steady median of every process that went well, in earlier segments too, nanoseconds. */
  readonly medians: number[];
  failuresInARow: number;
}

const failuresAllowed = 1;

/** Which cells of the plan are still to be measured, and why the others left. */
export class Schedule {
  readonly #plan: Plan;
  readonly #live: Map<string, LiveCell>;
  #failed = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#live = new Map(
      plan.cells.map((cell) => {
        const { medians_ns = [], failuresInARow = 0 } = plan.earlier?.[cell.id] ?? {};
        return [cell.id, { cell, medians: [...medians_ns], failuresInARow }];
      }),
    );
  }

  /** True once nothing is left to measure. */
  get isDone(): boolean {
    return this.#live.size === 0;
  }

  /** True when no measured cell gave anything but failures. */
  get allFailed(): boolean {
    const measured = this.#plan.cells.filter(({ purpose }) => purpose === 'measure');
    return measured.length > 0 && this.#failed >= measured.length;
  }

  /** The cell if it is still in the plan. */
  live(id: string): Cell | null {
    return this.#live.get(id)?.cell ?? null;
  }

  /** A process of the cell went well. */
  succeeded(id: string, median_ns: number): void {
    const live = this.#live.get(id);
    if (!live) return;
    live.medians.push(median_ns);
    live.failuresInARow = 0;
  }

  /**
   * A process of the cell failed: once is retried in the next block, twice in a row ends the cell,
   * and so does a refusal at once: the same model in the same engine is refused again.
   */
  failed(id: string, isRefusal: boolean): readonly CellEnd[] {
    const live = this.#live.get(id);
    if (!live) return [];
    live.failuresInARow += 1;
    if (!isRefusal && live.failuresInARow <= failuresAllowed) return [];
    return [this.#leave(live, 'failed'), ...this.#idleCalibrations()];
  }

  /**
   * After a block: cells leave that are precise enough or will not be within the blocks that there
   * are, and calibrations that nothing needs any more.
   */
  endBlock(): readonly CellEnd[] {
    const left = this.#measured().flatMap((live) => {
      const reason = this.#settledBy(live.medians);
      return reason === null ? [] : [this.#leave(live, reason)];
    });
    return [...left, ...this.#idleCalibrations()];
  }

  #settledBy(medians: readonly number[]): 'precise' | 'out-of-reach' | null {
    const { minBlocks, maxBlocks, hopelessAfter = Infinity, precision } = this.#plan.effort;
    const isPrecise = cellInterval(medians, precision)?.isPrecise === true;
    if (medians.length >= minBlocks && isPrecise) return 'precise';
    const isHopeless =
      medians.length >= hopelessAfter && processesNeeded(medians, precision) > maxBlocks;
    return isHopeless ? 'out-of-reach' : null;
  }

  /**
   * Nothing more will be measured: all cells leave. Those without a single good process have
   * failed.
   */
  endAll(reason: 'max-blocks' | 'budget' | 'cancelled'): readonly CellEnd[] {
    return [...this.#live.values()].map((live) => {
      const hasOnlyFailed = live.medians.length === 0 && live.failuresInARow > 0;
      return this.#leave(live, hasOnlyFailed && reason !== 'cancelled' ? 'failed' : reason);
    });
  }

  #measured(): readonly LiveCell[] {
    return [...this.#live.values()].filter(({ cell }) => cell.purpose === 'measure');
  }

  #leave({ cell }: LiveCell, reason: CellEndReason): CellEnd {
    this.#live.delete(cell.id);
    if (reason === 'failed' && cell.purpose === 'measure') this.#failed += 1;
    return { cell: cell.id, reason };
  }

  /** A calibration stays as long as any measured cell with its engine and thread count does. */
  #idleCalibrations(): readonly CellEnd[] {
    const needed = new Set(this.#measured().map(({ cell }) => `${cell.engine}/${cell.threads}`));
    return [...this.#live.values()]
      .filter(
        ({ cell }) =>
          cell.purpose === 'calibration' && !needed.has(`${cell.engine}/${cell.threads}`),
      )
      .map((live) => this.#leave(live, 'precise'));
  }
}
