import * as z from 'zod/mini';

export const count = z.int().check(z.nonnegative());
export const text = (max: number) => z.string().check(z.maxLength(max));

/**
 * Fields of every event.
 * `seq` counts from 0 without gaps, in the order of writing. `t_ns` is when the thing happened, which can be
 * earlier than that of the event before. It is the board's CLOCK_MONOTONIC less the run's origin, so that it
 * stays an exact JavaScript integer; the origin itself is in `hello`.
 */
export const common = { seq: count, t_ns: count };
