import * as z from 'zod/mini';
import { EngineRefusal } from '../engine.ts';
import { parsed } from './parsed.ts';

const duration = z.number().check(z.nonnegative());

/**
 * One query of `--exportTimes`: a start with six digits, durations as 32-bit floats; milliseconds.
 */
const query = z.object({
  startH2dMs: z.number(),
  h2dMs: duration,
  computeMs: duration,
  d2hMs: duration,
  latencyMs: duration,
});
export type Query = z.infer<typeof query>;

/** Reads the file of `--exportTimes`; throws `EngineRefusal` when it is none or holds no query. */
export function readTimes(text: string): readonly Query[] {
  const found = z.array(query).safeParse(parsed(text, 'times'));
  if (!found.success) {
    const [issue] = found.error.issues;
    throw new EngineRefusal(`trtexec's times do not read: ${issue?.path.join('.')}`);
  }
  if (found.data.length === 0) throw new EngineRefusal('trtexec timed no query');
  return found.data;
}
