import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerJob } from '../../channel/messages.ts';
import { readInputs } from '../../work/inputs.ts';
import { EngineRefusal } from '../engine.ts';
import { tensorBytes } from '../tensor-data.ts';

/** A file that trtexec wrote. Throws `EngineRefusal` where it did not, or where it is larger than it can be. */
export function readBounded(path: string, maxBytes: number): string {
  try {
    const { size } = statSync(path);
    if (size <= maxBytes) return readFileSync(path, 'utf8');
    throw new EngineRefusal(`trtexec wrote ${size} bytes to ${path}`);
  } catch (error) {
    if (error instanceof EngineRefusal) throw error;
    throw new EngineRefusal(`trtexec did not write ${path}: ${(error as Error).message}`);
  }
}

/** The same input values as every other engine gets, as the raw files that trtexec reads. */
export function writeInputs(
  { cell, storePath }: Pick<WorkerJob, 'cell' | 'storePath'>,
  directory: string,
): Map<string, string> {
  const { tensors, feeder } = readInputs(cell.inputs, storePath);
  if (feeder !== null) {
    throw new EngineRefusal('trtexec cannot be fed with images that change with every iteration', {
      next: 'measure without --data, or use --engine ort-capi --ep tensorrt',
    });
  }
  return new Map(
    tensors.map(({ name, dtype, data }, index) => {
      if (dtype === 'string') throw new EngineRefusal(`TensorRT takes no strings (input ${name})`);
      const path = join(directory, `input-${index}.bin`);
      writeFileSync(path, tensorBytes(data));
      return [name, path];
    }),
  );
}
