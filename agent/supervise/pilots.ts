import type { Cell, Effort } from '../contract/plan.ts';

/**
 * So much longer than the pilot took to settle do later processes last: a third of them is then of
 * the last level.
 */
const ROOM = 1.5;

/**
 * How long the processes of a plan must last. The first process of each cell is its pilot, long
 * enough to see the warm-ups of the board's clocks and caches; where it settled late, the later
 * ones last long enough to settle as well.
 */
export class Pilots {
  readonly #effort: Effort;
  readonly #leastMs = new Map<string, number>();

  constructor(effort: Effort) {
    this.#effort = effort;
  }

  /** Least time of the cell's next process, in milliseconds from its first iteration on. */
  leastMs(cell: Cell): number {
    const { pilotMs = 0, processBudgetMs } = this.#effort;
    if (cell.purpose === 'calibration') return 0;
    return Math.min(this.#leastMs.get(cell.id) ?? pilotMs, processBudgetMs);
  }

  /** A process of the cell went well, and took so long to settle. */
  settled(cell: Cell, settledMs: number): void {
    if (this.#effort.pilotMs === undefined || this.#leastMs.has(cell.id)) return;
    this.#leastMs.set(cell.id, ROOM * settledMs);
  }
}
