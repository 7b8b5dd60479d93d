import * as z from 'zod/mini';
import { tensorDtypes } from './plan.ts';

/**
 * What `node agent.cjs try` reads from its standard input: a model, and shapes of which it tries
 * one after the other.
 */
export const trialJob = z.object({
  /** Absolute path of the `.onnx` file. */
  model: z.string(),
  candidates: z.array(
    z.array(
      z.object({
        name: z.string(),
        dtype: z.enum(tensorDtypes),
        shape: z.array(z.int().check(z.nonnegative())),
      }),
    ),
  ),
});
export type TrialJob = z.infer<typeof trialJob>;

/**
 * A line of its output. It ends with the first candidate that ran, or with a model that does not
 * load.
 */
export const trialAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unloadable'), reason: z.string() }),
  z.object({ kind: z.literal('refused'), candidate: z.int(), reason: z.string() }),
  z.object({ kind: z.literal('ran'), candidate: z.int() }),
]);
export type TrialAnswer = z.infer<typeof trialAnswer>;
