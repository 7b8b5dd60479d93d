import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { Clock } from '../process/clock.ts';

export interface GarbageCollection {
  readonly start_ns: number;
  readonly duration_ns: number;
}

/** Collects the garbage collections of this process; entries arrive when the event loop turns. */
export class GcWatch {
  readonly #observer: PerformanceObserver;
  /** `performance.now()` and the run's clock tell the same time from different origins. */
  readonly #offset_ns: number;
  #seen: GarbageCollection[] = [];

  constructor(clock: Clock) {
    this.#offset_ns = clock.now_ns() - performance.now() * 1e6;
    this.#observer = new PerformanceObserver((list) => this.#add(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Gives and forgets what was seen so far. */
  take(): readonly GarbageCollection[] {
    this.#add(this.#observer.takeRecords());
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  stop(): void {
    this.#observer.disconnect();
  }

  #add(entries: readonly PerformanceEntry[]): void {
    for (const { startTime, duration } of entries) {
      this.#seen.push({
        start_ns: Math.max(0, Math.round(startTime * 1e6 + this.#offset_ns)),
        duration_ns: Math.round(duration * 1e6),
      });
    }
  }
}
