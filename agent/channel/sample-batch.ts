import type { Unnumbered, WrittenOf } from '../contract/events.ts';

const headDoubles = 4;
const usageDoubles = 4;

/**
 * Iterations between two flushes, preallocated: the loop only stores numbers here.
 * On the wire: doubles `first, count, usage count, flushed at`, then the starts, the durations, and
 * quadruples `index, involuntary switches, minor faults, major faults` for iterations that had any.
 */
export class SampleBatch {
  readonly capacity: number;
  readonly start_ns: Float64Array;
  readonly duration_ns: Float64Array;
  readonly #usage: Float64Array;
  readonly #head = new Float64Array(headDoubles);
  #usageCount = 0;
  /** Number of the batch's first iteration within its process. */
  first = 0;
  length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.start_ns = new Float64Array(capacity);
    this.duration_ns = new Float64Array(capacity);
    this.#usage = new Float64Array(capacity * usageDoubles);
  }

  /** Notes what happened to the process during iteration `index` of this batch. */
  addUsage(index: number, switches: number, minorFaults: number, majorFaults: number): void {
    const at = this.#usageCount * usageDoubles;
    this.#usage[at] = index;
    this.#usage[at + 1] = switches;
    this.#usage[at + 2] = minorFaults;
    this.#usage[at + 3] = majorFaults;
    this.#usageCount += 1;
  }

  /** The payload as views on the batch: write them before the next iteration. */
  parts(now_ns: number): readonly Uint8Array[] {
    this.#head.set([this.first, this.length, this.#usageCount, now_ns]);
    return [
      bytesOf(this.#head),
      bytesOf(this.start_ns.subarray(0, this.length)),
      bytesOf(this.duration_ns.subarray(0, this.length)),
      bytesOf(this.#usage.subarray(0, this.#usageCount * usageDoubles)),
    ];
  }

  /** Empties the batch; the next iteration follows the last one. */
  clear(): void {
    this.first += this.length;
    this.length = 0;
    this.#usageCount = 0;
  }
}

function bytesOf(view: Float64Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** A batch as it came over the pipe. */
export interface ReceivedBatch {
  readonly event: Unnumbered<WrittenOf<'iter'>>;
  readonly duration_ns: Float64Array;
}

function isCount(value: number): boolean {
  return value >= 0 && Number.isSafeInteger(value);
}

/**
 * Reads a payload of `SampleBatch.parts` as the journal's event.
 * @throws Error when its lengths disagree, or it holds what is no count.
 */
export function readSampleBatch(process: number, payload: Buffer): ReceivedBatch {
  // Copied: the payload's offset in its buffer need not be a multiple of eight.
  const values = new Float64Array(new Uint8Array(payload).buffer);
  const [first = 0, count = 0, usageCount = 0, t_ns = 0] = values;
  if (values.length !== headDoubles + 2 * count + usageCount * usageDoubles || count === 0) {
    throw new Error(`batch of ${values.length} numbers for ${count} iterations`);
  }
  const start_ns = values.subarray(headDoubles, headDoubles + count);
  const duration_ns = values.subarray(headDoubles + count, headDoubles + 2 * count);
  const gap_ns: number[] = [];
  for (let k = 0; k + 1 < count; k += 1) {
    const end = (start_ns[k] ?? 0) + (duration_ns[k] ?? 0);
    gap_ns.push((start_ns[k + 1] ?? 0) - end);
  }
  // By hand: the journal's schema would cost more than all else that is done with a batch.
  if (!(values.every(isCount) && gap_ns.every(isCount))) {
    throw new Error('batch of numbers that are no counts of nanoseconds');
  }
  const preempted: [number, number][] = [];
  const faults: [number, number, number][] = [];
  for (let at = headDoubles + 2 * count; at < values.length; at += usageDoubles) {
    const [index = 0, switches = 0, minor = 0, major = 0] = values.subarray(at, at + usageDoubles);
    if (switches > 0) preempted.push([index, switches]);
    if (minor > 0 || major > 0) faults.push([index, minor, major]);
  }
  return {
    event: {
      kind: 'iter',
      t_ns,
      process,
      first,
      t0_ns: start_ns[0] ?? 0,
      dt_ns: Array.from(duration_ns),
      gap_ns,
      preempted,
      faults,
    },
    duration_ns,
  };
}
