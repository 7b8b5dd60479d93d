import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { PlanModel } from '../contract/plan.ts';
import { storeFile } from '../contract/store-file.ts';

/** The run cannot begin: a file is not there or cannot be laid out. A sentence for people. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError';
}

const CHUNK_BYTES = 1 << 20;

/**
 * Lays a model's files side by side under `directory` as the workstation had them and gives the
 * path of its `.onnx`. Hard links, because ONNX Runtime refuses external data behind a symbolic
 * link that leads out of the model's directory; copies where the store lies on another file system.
 * What is there already, from an earlier segment, stays only if it has the content that the plan
 * says.
 */
export function layOutModel(model: PlanModel, directory: string, storePath: string): string {
  for (const { path, sha256 } of model.files) {
    const source = storeFile(storePath, sha256);
    if (!existsSync(source)) {
      throw new PreparationError(`${model.name}: file ${path} (${sha256}) is not in the store`);
    }
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    if (isThere(target, source, sha256)) continue;
    rmSync(target, { recursive: true, force: true });
    linkOrCopy(source, target);
  }
  return join(directory, model.main);
}

function isThere(target: string, source: string, sha256: string): boolean {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return false;
  const stored = lstatSync(source);
  if (found.ino === stored.ino && found.dev === stored.dev) return true;
  return found.size === stored.size && hashOf(target) === sha256;
}

function hashOf(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    copyFileSync(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  }
}
