import type { WorkerDone } from '../channel/messages.ts';
import { type Cell, type Effort, itemsPerIteration } from '../contract/plan.ts';
import type { WarmUpRule } from '../contract/statistics/warm-up.ts';
import { medianInterval } from '../contract/statistics/within-process.ts';

export type Stop = NonNullable<WorkerDone['stop']>;

/** Above this median an interval from fewer iterations must do: 100 of them would take too long. */
const slowIteration_ns = 100e6;
const slowMinIterations = 30;
const minEffective = 10;
const checkGrowth = 1.25;
/**
 * A hundred iterations of microseconds are over within a millisecond: one interrupt would be half
 * of what is known, and /proc counts in hundredths of a second.
 */
const minSteady_ns = 500e6;

/**
 * The null model answers in microseconds: its calibration needs a hot loop, not a settled board,
 * and can afford all iterations that the plan allows.
 */
const calibration = { warmUpMs: 250, capMs: 500, budgetMs: 2000 } as const;

/** What one process of a cell may take. */
export interface ProcessLimits {
  readonly warmUp: WarmUpRule;
  readonly budgetMs: number;
  /** From the first iteration on; a budget that is over ends the process all the same. */
  readonly leastMs: number;
  readonly minIterations: number;
  readonly maxIterations: number;
  readonly precision: number;
  /** Iterations of one pass over the images; null measures no passes. */
  readonly passIterations: number | null;
}

/** The plan's effort as it applies to one process of one cell that lasts `leastMs` or longer. */
export function processLimits(cell: Cell, effort: Effort, leastMs: number): ProcessLimits {
  const { warmUp, processBudgetMs, imagesPerPass } = effort;
  const { maxIterations, minIterations, precision } = effort;
  const { minIterations: minWarmUp, minMs } = warmUp;
  const capMs = Math.min(warmUp.capMs, warmUp.capShare * processBudgetMs);
  if (cell.purpose === 'calibration') {
    return {
      warmUp: {
        minIterations: minWarmUp,
        minMs: Math.min(minMs, calibration.warmUpMs),
        capMs: Math.min(capMs, calibration.capMs),
      },
      budgetMs: Math.min(processBudgetMs, calibration.budgetMs),
      leastMs: 0,
      minIterations: maxIterations,
      maxIterations,
      precision,
      passIterations: null,
    };
  }
  return {
    warmUp: { minIterations: minWarmUp, minMs, capMs },
    budgetMs: processBudgetMs,
    leastMs,
    minIterations,
    maxIterations,
    precision,
    passIterations:
      imagesPerPass === null ? null : Math.ceil(imagesPerPass / itemsPerIteration(cell)),
  };
}

/**
 * Decides when a process has run enough steady iterations. Precision is looked at only when their
 * number reached n, 1.25 n, 1.25² n, …: looking after each iteration would stop at a lucky moment.
 */
export class StopRule {
  readonly #limits: ProcessLimits;
  readonly #began_ns: number;
  #nextCheck: number;
  #passStart_ns: number;

  /**
   * `elapsed_ns` counts from the first iteration of the process, here at the start of the steady
   * part.
   */
  constructor(limits: ProcessLimits, elapsed_ns: number) {
    this.#limits = limits;
    this.#began_ns = elapsed_ns;
    this.#passStart_ns = elapsed_ns;
    this.#nextCheck =
      limits.passIterations ??
      Math.min(limits.maxIterations, slowMinIterations, limits.minIterations);
  }

  /** Number of steady iterations at which `decide` has to be asked at the latest. */
  get nextCheck(): number {
    return this.#nextCheck;
  }

  /** Why to stop now, or null. `steady_ns` are the steady durations so far, in time order. */
  decide(steady_ns: Float64Array, elapsed_ns: number): Stop | null {
    const { budgetMs, leastMs, maxIterations, passIterations } = this.#limits;
    const n = steady_ns.length;
    if (passIterations !== null) return this.#decidePass(n, passIterations, elapsed_ns);
    const isOldEnough = elapsed_ns >= leastMs * 1e6;
    if (n >= this.#nextCheck) {
      const next = Math.ceil(n * checkGrowth);
      // Beyond the most iterations only the time is waited for.
      this.#nextCheck = n < maxIterations || isOldEnough ? Math.min(maxIterations, next) : next;
      const isLongEnough = elapsed_ns - this.#began_ns >= minSteady_ns;
      if (isOldEnough && isLongEnough && this.#isPrecise(steady_ns)) return 'precise';
    }
    if (isOldEnough && n >= maxIterations) return 'max-iterations';
    return elapsed_ns >= budgetMs * 1e6 ? 'process-budget' : null;
  }

  /** Whole passes only, at least one, and another only where it will fit the budget. */
  #decidePass(n: number, passIterations: number, elapsed_ns: number): Stop | null {
    if (n < this.#nextCheck) return null;
    const pass_ns = elapsed_ns - this.#passStart_ns;
    this.#passStart_ns = elapsed_ns;
    this.#nextCheck = n + passIterations;
    return elapsed_ns + pass_ns > this.#limits.budgetMs * 1e6 ? 'passes' : null;
  }

  #isPrecise(steady_ns: Float64Array): boolean {
    const { minIterations, precision } = this.#limits;
    const n = steady_ns.length;
    // Sorting a few thousand times would cool the caches of a fast loop for nothing.
    const maybeSlow = n >= slowMinIterations && (steady_ns[n - 1] ?? 0) > slowIteration_ns / 2;
    if (n < minIterations && !maybeSlow) return false;
    const { median, nEff, halfWidth } = medianInterval(steady_ns);
    const isEnough = n >= minIterations || median > slowIteration_ns;
    return isEnough && nEff >= minEffective && halfWidth <= precision;
  }
}
