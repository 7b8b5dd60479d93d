import type { EventOf } from '../../agent/contract/events.ts';

type Batch = Pick<EventOf<'iter'>, 't0_ns' | 'dt_ns' | 'gap_ns'>;

/**
 * The iterations of one process in time order, of which at most `most` are kept: of more, every
 * second one, then every fourth, and so on. A sample never changes; the one after it shares its
 * columns.
 */
export class ProcessSample {
  readonly #most: number;
  readonly #starts_ns: number[];
  readonly #durations_ns: number[];
  readonly #length: number;
  readonly #stride: number;
  readonly #count: number;

  private constructor(
    most: number,
    columns: { readonly starts_ns: number[]; readonly durations_ns: number[] },
    { stride, count }: { readonly stride: number; readonly count: number },
  ) {
    this.#most = most;
    this.#starts_ns = columns.starts_ns;
    this.#durations_ns = columns.durations_ns;
    this.#length = columns.starts_ns.length;
    this.#stride = stride;
    this.#count = count;
  }

  static empty(most: number): ProcessSample {
    return new ProcessSample(most, { starts_ns: [], durations_ns: [] }, { stride: 1, count: 0 });
  }

  /** The sample after one more batch of iterations. */
  with({ t0_ns, dt_ns, gap_ns }: Batch): ProcessSample {
    // Only the newest sample may append to the columns that it shares with those before it.
    const isNewest = this.#starts_ns.length === this.#length;
    let starts_ns = isNewest ? this.#starts_ns : this.#starts_ns.slice(0, this.#length);
    let durations_ns = isNewest ? this.#durations_ns : this.#durations_ns.slice(0, this.#length);
    let stride = this.#stride;
    let count = this.#count;
    let at_ns = t0_ns;
    dt_ns.forEach((duration, index) => {
      if (count % stride === 0) {
        starts_ns.push(at_ns);
        durations_ns.push(duration);
      }
      count += 1;
      at_ns += duration + (gap_ns[index] ?? 0);
    });
    while (durations_ns.length > this.#most) {
      const isKept = (_: number, index: number) => index % 2 === 0;
      starts_ns = starts_ns.filter(isKept);
      durations_ns = durations_ns.filter(isKept);
      stride *= 2;
    }
    return new ProcessSample(this.#most, { starts_ns, durations_ns }, { stride, count });
  }

  /** Durations of those that began at `steadyFrom_ns` or later, nanoseconds. */
  since(steadyFrom_ns: number): readonly number[] {
    const starts_ns = this.#starts_ns;
    let from = 0;
    while (from < this.#length && (starts_ns[from] ?? 0) < steadyFrom_ns) from += 1;
    return this.#durations_ns.slice(from, this.#length);
  }

  /** Durations without the first `warmUpIterations`, nanoseconds. */
  after(warmUpIterations: number): readonly number[] {
    return this.#durations_ns.slice(Math.ceil(warmUpIterations / this.#stride), this.#length);
  }
}
