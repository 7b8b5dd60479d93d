import * as z from 'zod/mini';
import { EngineRefusal, type NamedTensor } from '../engine.ts';
import { elementCount } from '../tensor-data.ts';
import { parsed } from './parsed.ts';

const output = z.object({
  name: z.string(),
  dimensions: z.string(),
  values: z.array(z.nullable(z.number())),
});

/**
 * Between `"values" : [` and the values, where their shape was known only after the run: since
 * 10.4, and no JSON.
 */
const finalShape =
  /"dimensions" : "[^"]*"(\s*, "values" : \[ )Final shape is ([\dx-]*) reported by the output allocator\.\s/g;

/**
 * Reads the file of `--exportOutput`, values of the last query; types are not in it, so all are
 * float64, which holds any. Throws `EngineRefusal` where that is not all of them.
 */
export function readOutputs(text: string): readonly NamedTensor[] {
  const json = text
    .replace(finalShape, '"dimensions" : "$2"$1')
    // C++ prints what JSON cannot hold.
    .replace(/(?<=[[, ])-?(nan|inf)\b/g, 'null');
  const found = z.array(output).safeParse(parsed(json, 'outputs'));
  if (!found.success) throw new EngineRefusal("trtexec's outputs do not read");
  return found.data.map(({ name, dimensions, values }) => {
    const shape = shapeOf(name, dimensions);
    if (values.length !== elementCount(shape)) {
      throw new EngineRefusal(
        `trtexec wrote ${values.length} values of the output ${name}, whose shape is ${dimensions || 'a scalar'}`,
      );
    }
    const data = Float64Array.from(values, (value) => value ?? Number.NaN);
    return { name, dtype: 'float64', shape, data };
  });
}

function shapeOf(name: string, dimensions: string): number[] {
  if (dimensions === '') return [];
  if (/^\d{1,15}(x\d{1,15})*$/.test(dimensions)) return dimensions.split('x').map(Number);
  // -1: before 10.4 trtexec wrote neither the shape nor the values.
  throw new EngineRefusal(
    `the shape of the output ${name} depends on the data, and trtexec tells it as ${dimensions}`,
  );
}
