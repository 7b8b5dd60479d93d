import * as z from 'zod/mini';
import { EngineRefusal, type NamedTensor } from '../engine.ts';

const duration = z.number().check(z.nonnegative());

/** One query of `--exportTimes`: a start with six digits, durations as 32-bit floats; milliseconds. */
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

const output = z.object({
  name: z.string(),
  dimensions: z.string(),
  values: z.array(z.nullable(z.number())),
});

/** Reads the file of `--exportOutput`, values of the last query; types are not in it, so all are float64, which holds any. */
export function readOutputs(text: string): readonly NamedTensor[] {
  // C++ prints what JSON cannot hold.
  const json = text.replace(/(?<=[[, ])-?(nan|inf)\b/g, 'null');
  const found = z.array(output).safeParse(parsed(json, 'outputs'));
  if (!found.success) throw new EngineRefusal("trtexec's outputs do not read");
  return found.data.map(({ name, dimensions, values }) => ({
    name,
    dtype: 'float64',
    shape: dimensions === '' ? [] : dimensions.split('x').map(Number),
    data: Float64Array.from(values, (value) => value ?? Number.NaN),
  }));
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EngineRefusal(`trtexec's ${what} are no JSON: ${(error as Error).message}`);
  }
}
