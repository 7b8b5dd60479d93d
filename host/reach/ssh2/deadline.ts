/**
 * A time limit that stands still while a person thinks. Signals `expired` once; must be cleared.
 */
export class Deadline {
  readonly limitMs: number;
  readonly expired: AbortSignal;
  readonly #controller = new AbortController();
  #leftMs: number;
  #startedMs = 0;
  #holds = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
    this.#leftMs = limitMs;
    this.expired = this.#controller.signal;
    this.#run();
  }

  /** Runs `work` with the clock stopped. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#stop();
    try {
      return await work();
    } finally {
      if (--this.#holds === 0) this.#run();
    }
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#holds = Number.POSITIVE_INFINITY;
  }

  #run(): void {
    this.#startedMs = performance.now();
    this.#timer = setTimeout(() => this.#controller.abort(), Math.max(0, this.#leftMs));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#startedMs;
  }
}
