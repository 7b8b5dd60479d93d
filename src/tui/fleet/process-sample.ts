import type { EventOf } from '../../../agent/contract/events.ts';
import { runningDistribution } from '../../../host/analysis/statistics/running-estimate.ts';

/** So many iterations of a process are kept; of more, every second one, then every fourth, and so on. */
const MAX_KEPT = 2048;

/** The iterations of one process, thinned evenly so that a hundred boards take little memory. */
export class ProcessSample {
  #starts_ns: number[] = [];
  #durations_ns: number[] = [];
  #stride = 1;
  #count = 0;

  add({ t0_ns, dt_ns, gap_ns }: Pick<EventOf<'iter'>, 't0_ns' | 'dt_ns' | 'gap_ns'>): void {
    let at = t0_ns;
    dt_ns.forEach((duration, index) => {
      if (this.#count % this.#stride === 0) {
        this.#starts_ns.push(at);
        this.#durations_ns.push(duration);
      }
      this.#count += 1;
      at += duration + (gap_ns[index] ?? 0);
    });
    while (this.#durations_ns.length > MAX_KEPT) this.#thin();
  }

  /** Median in nanoseconds of the iterations that began at `steadyFrom_ns` or later; null when there are none. */
  median(steadyFrom_ns: number): number | null {
    const from = this.#starts_ns.findIndex((start) => start >= steadyFrom_ns);
    return from < 0 ? null : (runningDistribution(this.#durations_ns.slice(from))?.p50_ns ?? null);
  }

  #thin(): void {
    const isKept = (_: number, index: number) => index % 2 === 0;
    this.#starts_ns = this.#starts_ns.filter(isKept);
    this.#durations_ns = this.#durations_ns.filter(isKept);
    this.#stride *= 2;
  }
}
