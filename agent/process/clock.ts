/**
 * The board's CLOCK_MONOTONIC counted from a run's origin, so that nanoseconds stay exact
 * JavaScript integers (for 104 days). All processes of a run share the origin.
 */
export class Clock {
  readonly origin_ns: bigint;

  constructor(origin_ns: bigint = process.hrtime.bigint()) {
    this.origin_ns = origin_ns;
  }

  /** Nanoseconds since the origin. */
  now_ns(): number {
    return Number(process.hrtime.bigint() - this.origin_ns);
  }
}
