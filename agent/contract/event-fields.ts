import * as z from 'zod/mini';
import { cleanText, cleanWords } from './clean-text.ts';

export const count = z.int().check(z.nonnegative());

const bounded = (max: number) => z.string().check(z.maxLength(max));

/** Words on one line, clean however they came: names, ids, messages. */
export const text = (max: number) => z.pipe(bounded(max), z.transform(cleanWords));

/** The same over several lines. */
export const lines = (max: number) =>
  z.pipe(
    bounded(max),
    z.transform((value) => cleanText(value, max)),
  );

/** A file of the board as it is, for a parser: it is never shown. */
export const rawText = bounded;

/**
 * Fields of every event. `seq` counts from 0 without gaps, in the order of writing. `t_ns` is when
 * the thing happened, which can be earlier than that of the event before. It is the board's
 * CLOCK_MONOTONIC less the run's origin, so that it stays an exact JavaScript integer; the origin
 * itself is in `hello`.
 */
export const common = { seq: count, t_ns: count };
