import * as z from 'zod';

const count = z.int().nonnegative();

/** What part of a cell's median is the harness; how it is found: harness-share.ts. */
export const overhead = z.object({
  /** Of the null model under the same threads. */
  null_median_ns: z.number(),
  /**
   * That of the median: a lower bound, because the same call costs more beside a model that has
   * swept the caches.
   */
  share: z.number(),
  calibration_cell: z.string(),
  /**
   * Measured on this model, paired by block against the same cell through the C interface; null
   * where the run has none.
   */
  on_model: z
    .object({
      cell: z.string(),
      blocks: count,
      /**
       * Of the median: 1 - ratio of the medians, with its 95 % interval; negative where noise is
       * larger.
       */
      share: z.number(),
      lo: z.number(),
      hi: z.number(),
    })
    .nullable()
    .default(null),
});
export type Overhead = z.infer<typeof overhead>;
