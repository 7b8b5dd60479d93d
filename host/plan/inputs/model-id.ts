import { createHash } from 'node:crypto';
import type { PlanModel } from '../../../agent/contract/plan.ts';

/**
 * The id of a model: SHA-256, in hexadecimal, over what decides on its numbers. That is the content
 * of its `.onnx` file, and path and content of each file of external data, because the `.onnx` file
 * names them by path. What the `.onnx` file itself is called, and where it lies, makes no other
 * model of it.
 */
export function modelId({ main, files }: Pick<PlanModel, 'main' | 'files'>): string {
  const content = files.find(({ path }) => path === main)?.sha256;
  const external = files
    .filter(({ path }) => path !== main)
    .map(({ path, sha256 }) => [path, sha256] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([content, external]))
    .digest('hex');
}
