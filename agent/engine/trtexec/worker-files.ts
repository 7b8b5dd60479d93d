import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WorkerJob } from '../../channel/messages.ts';
import { EngineRefusal } from '../engine.ts';
import { readInputs } from '../inputs.ts';
import type { Trtexec } from './describe.ts';
import { inputBytes } from './input-bytes.ts';

/**
 * A file that trtexec wrote. Throws `EngineRefusal` where it did not, or where it is larger than it
 * can be.
 */
export function readBounded(path: string, maxBytes: number): string {
  try {
    const { size } = statSync(path);
    if (size <= maxBytes) return readFileSync(path, 'utf8');
    throw new EngineRefusal(
      `trtexec wrote ${mebibytes(size)} to ${basename(path)}, more than the ${mebibytes(maxBytes)} that are read`,
    );
  } catch (error) {
    if (error instanceof EngineRefusal) throw error;
    throw new EngineRefusal(`trtexec did not write ${basename(path)}: ${(error as Error).message}`);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/**
 * The input values that every other engine gets, as the raw files that this trtexec reads; see
 * `inputBytes`.
 */
export function writeInputs(
  { cell, storePath }: Pick<WorkerJob, 'cell' | 'storePath'>,
  directory: string,
  trtexec: Trtexec,
): Map<string, string> {
  const { tensors, feeder } = readInputs(cell.inputs, storePath);
  if (feeder !== null) {
    throw new EngineRefusal('trtexec cannot be fed with images that change with every iteration', {
      next: 'measure without --data, or use --engine ort-capi --ep tensorrt',
    });
  }
  return new Map(
    tensors.map((tensor, index) => {
      const path = join(directory, `input-${index}.bin`);
      writeFileSync(path, inputBytes(tensor, trtexec));
      return [tensor.name, path];
    }),
  );
}
