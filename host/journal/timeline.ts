import type { EventOf } from '../../agent/contract/events.ts';

/** Why an iteration was slow, as far as the journal tells. */
export type Cause = 'preempted' | 'fault' | 'gc' | 'clock' | 'interrupts' | 'unexplained';

/** A twentieth of a second of the run. */
interface Bucket {
  /** Counts from the run's origin. */
  readonly at: number;
  /** Of the iterations that ran in it. */
  readonly max_ns: number;
  /** The slow one's, or null where none was slow. */
  readonly slow: Cause | null;
}

/** Iterations over the board's time, at a resolution that a terminal can show; bounded. */
export interface Timeline {
  readonly buckets: readonly Bucket[];
  /** The newest time that was heard of. */
  readonly end_ns: number;
}

export const emptyTimeline: Timeline = { buckets: [], end_ns: 0 };

export const BUCKET_NS = 50e6;
/** Five minutes: the longest that is shown. */
const MAX_BUCKETS = (300 * 1e9) / BUCKET_NS;
/** So many times the typical duration is slow. */
const SLOW = 1.5;

type Batch = EventOf<'iter'> & { readonly starts_ns: readonly number[] };

/**
 * The timeline with one more batch; slow is what takes much longer than `typical_ns`, where that is
 * known.
 */
export function extend(timeline: Timeline, batch: Batch, typical_ns: number | null): Timeline {
  const added = new Map<number, Bucket>();
  const preempted = new Set(batch.preempted.map(([index]) => index));
  const faulted = new Set(batch.faults.map(([index]) => index));
  let { end_ns } = timeline;
  batch.starts_ns.forEach((start, index) => {
    const duration = batch.dt_ns[index] ?? 0;
    const isSlow = typical_ns !== null && duration > typical_ns * SLOW;
    const cause = preempted.has(index)
      ? 'preempted'
      : faulted.has(index)
        ? 'fault'
        : ('unexplained' as const);
    end_ns = Math.max(end_ns, start + duration);
    for (const at of bucketsOf(start, start + duration)) {
      const before = added.get(at);
      const max_ns = Math.max(duration, before?.max_ns ?? 0);
      added.set(at, { at, max_ns, slow: isSlow ? cause : (before?.slow ?? null) });
    }
  });
  return { buckets: merged(timeline.buckets, [...added.values()]), end_ns };
}

/** Buckets that a span touches: at most as many as are kept. */
function bucketsOf(from_ns: number, to_ns: number): number[] {
  const last = Math.floor(to_ns / BUCKET_NS);
  const first = Math.max(Math.floor(from_ns / BUCKET_NS), last - MAX_BUCKETS);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** New buckets follow old ones, but for the one that both know. */
function merged(old: readonly Bucket[], added: readonly Bucket[]): Bucket[] {
  const last = old.at(-1);
  const [first] = added;
  if (last === undefined || first === undefined || first.at !== last.at) {
    return [...old, ...added].slice(-MAX_BUCKETS);
  }
  const both = {
    at: last.at,
    max_ns: Math.max(last.max_ns, first.max_ns),
    slow: last.slow ?? first.slow,
  };
  return [...old.slice(0, -1), both, ...added.slice(1)].slice(-MAX_BUCKETS);
}

/**
 * Slow iterations that ran while this did are explained by it, where nothing else explained them.
 */
export function explain(
  timeline: Timeline,
  span: { readonly start_ns: number; readonly duration_ns: number },
  cause: Cause,
): Timeline {
  const ids = new Set(bucketsOf(span.start_ns, span.start_ns + span.duration_ns));
  const buckets = timeline.buckets.map((bucket) =>
    bucket.slow === 'unexplained' && ids.has(bucket.at) ? { ...bucket, slow: cause } : bucket,
  );
  return { ...timeline, buckets };
}
