import type { Cell } from '../contract/plan.ts';

/** How long a worker may be silent. */
export interface HangLimits {
  /**
   * Loading, session creation and the first iteration: slow cards and large models take minutes.
   */
  readonly firstIterationMs: number;
  /** Between any two signs of life after that. */
  readonly silenceMs: number;
  /** …or this many times the slowest iteration so far, whichever is longer. */
  readonly slowestFactor: number;
}

export const hangLimits: HangLimits = {
  firstIterationMs: 600_000,
  silenceMs: 60_000,
  slowestFactor: 20,
};

/**
 * ONNX Runtime's TensorRT builds its engine without a word before the first iteration: an hour for
 * it on a small board.
 */
const buildMs = 3_600_000;

/** The limits for the process of a cell. trtexec's gives signs of life while it builds. */
export function limitsFor({ engine, ep }: Cell, limits: HangLimits): HangLimits {
  if (ep !== 'tensorrt' || engine === 'trtexec') return limits;
  return { ...limits, firstIterationMs: Math.max(buildMs, limits.firstIterationMs) };
}

/** Tells a worker that hangs from one that is slow. */
export class Watchdog {
  readonly #limits: HangLimits;
  readonly #timer: NodeJS.Timeout;
  #lastSign = performance.now();
  #slowest_ns = 0;
  #suspicions = 0;

  /** Calls `onHang` with the limit that passed, in milliseconds. */
  constructor(limits: HangLimits, onHang: (limitMs: number) => void) {
    this.#limits = limits;
    const everyMs = Math.min(1000, limits.silenceMs / 4);
    this.#timer = setInterval(() => {
      // Twice in a row: after a stall of this very process, what the worker sent is still to be
      // read.
      this.#suspicions = this.#isSilent() ? this.#suspicions + 1 : 0;
      if (this.#suspicions >= 2) onHang(this.#limitMs());
    }, everyMs);
  }

  /** The worker gave a sign of life. */
  sign(): void {
    this.#lastSign = performance.now();
    this.#suspicions = 0;
  }

  /** Iterations came in; the longest of them says what is slow for this model. */
  iterations(slowest_ns: number): void {
    this.#slowest_ns = Math.max(this.#slowest_ns, slowest_ns);
    this.sign();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #limitMs(): number {
    const { firstIterationMs, silenceMs, slowestFactor } = this.#limits;
    if (this.#slowest_ns === 0) return firstIterationMs;
    return Math.max(silenceMs, (slowestFactor * this.#slowest_ns) / 1e6);
  }

  #isSilent(): boolean {
    return performance.now() - this.#lastSign > this.#limitMs();
  }
}
