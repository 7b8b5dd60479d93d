import * as z from 'zod';

const count = z.int().nonnegative();

/** Something amiss in the journal, with its place. */
export const journalProblem = z.object({
  kind: z.enum(['bad-line', 'gap', 'cut-line', 'out-of-place', 'wrong-count', 'wrong-hash']),
  /** Counts from 1. */
  line: count,
  byte_offset: count,
  text: z.string(),
});
export type JournalProblem = z.infer<typeof journalProblem>;
