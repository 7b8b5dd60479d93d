import { medianOfSorted } from './quantile.ts';

export interface WarmUpRule {
  readonly minIterations: number;
  readonly minMs: number;
  /** After this long the warm-up is over, settled or not. */
  readonly capMs: number;
}

export type WarmUpReason = 'settled' | 'cap';

const WINDOW_MIN_ITERATIONS = 10;
const WINDOW_MS = 500;
/** Largest over smallest of the last three window medians. */
const TOLERANCE = 1.01;
/** A window of microsecond iterations is thinned to this many: its median needs no more. */
const WINDOW_CAPACITY = 4096;

/**
 * Tells while a process runs when its warm-up is over: the medians of the last three windows lie
 * within 1 % of each other. A window is at least 10 iterations and half a second long, shorter
 * where the cap leaves no room for six of them; the minimum time likewise is at most two thirds of
 * the cap. Windows are counted from the first iteration on.
 */
export class WarmUpDetector {
  readonly #rule: WarmUpRule;
  readonly #window_ns: number;
  readonly #min_ns: number;
  readonly #values = new Float64Array(WINDOW_CAPACITY);
  readonly #medians: number[] = [];
  #kept = 0;
  #stride = 1;
  #inWindow = 0;
  #windowStart_ns = 0;
  #iterations = 0;
  #reason: WarmUpReason | null = null;

  constructor(rule: WarmUpRule) {
    this.#rule = rule;
    this.#window_ns = Math.min(WINDOW_MS, rule.capMs / 6) * 1e6;
    // A minimum at or beyond the cap would leave nothing to settle in.
    this.#min_ns = Math.min(rule.minMs, (rule.capMs * 2) / 3) * 1e6;
  }

  /** Why the warm-up ended; null while it goes on. */
  get reason(): WarmUpReason | null {
    return this.#reason;
  }

  /** Iterations seen until the warm-up ended. */
  get iterations(): number {
    return this.#iterations;
  }

  /**
   * Takes one iteration; `elapsed_ns` is the wall time from the start of the first iteration to the
   * end of this one. True once the warm-up is over; the next iteration is the first steady one.
   */
  add(duration_ns: number, elapsed_ns: number): boolean {
    if (this.#reason !== null) return true;
    this.#iterations += 1;
    this.#keep(duration_ns);
    const windowIsFull =
      this.#inWindow >= WINDOW_MIN_ITERATIONS &&
      elapsed_ns - this.#windowStart_ns >= this.#window_ns;
    if (windowIsFull) this.#closeWindow(elapsed_ns);
    const isLongEnough = this.#iterations >= this.#rule.minIterations && elapsed_ns >= this.#min_ns;
    // Only at the end of a window: within one, the medians know nothing of what just changed.
    if (windowIsFull && isLongEnough && this.#isSettled()) this.#reason = 'settled';
    else if (elapsed_ns >= this.#rule.capMs * 1e6) this.#reason = 'cap';
    return this.#reason !== null;
  }

  #keep(duration_ns: number): void {
    if (this.#kept === WINDOW_CAPACITY) {
      for (let i = 0; i < WINDOW_CAPACITY / 2; i += 1) this.#values[i] = this.#values[2 * i] ?? 0;
      this.#kept = WINDOW_CAPACITY / 2;
      this.#stride *= 2;
    }
    if (this.#inWindow % this.#stride === 0) {
      this.#values[this.#kept] = duration_ns;
      this.#kept += 1;
    }
    this.#inWindow += 1;
  }

  #closeWindow(elapsed_ns: number): void {
    this.#medians.push(medianOfSorted(this.#values.subarray(0, this.#kept).sort()));
    if (this.#medians.length > 3) this.#medians.shift();
    this.#kept = 0;
    this.#stride = 1;
    this.#inWindow = 0;
    this.#windowStart_ns = elapsed_ns;
  }

  #isSettled(): boolean {
    if (this.#medians.length < 3) return false;
    return Math.max(...this.#medians) <= Math.min(...this.#medians) * TOLERANCE;
  }
}
