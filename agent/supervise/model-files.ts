import { constants, copyFileSync, existsSync, linkSync, mkdirSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import type { PlanModel } from '../protocol/plan.ts';
import { storeFile } from '../store/store-file.ts';

/** The run cannot begin: a file is not there or cannot be laid out. A sentence for people. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError';
}

/**
 * Lays a model's files side by side under `directory` as the workstation had them and gives the path of its
 * `.onnx`. Hard links, because ONNX Runtime refuses external data behind a symbolic link that leads out of
 * the model's directory; copies where the store lies on another file system.
 */
export function layOutModel(model: PlanModel, directory: string, storePath: string): string {
  for (const { path, sha256 } of model.files) {
    const source = storeFile(storePath, sha256);
    if (!existsSync(source)) {
      throw new PreparationError(`${model.name}: file ${path} (${sha256}) is not in the store`);
    }
    const target = within(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    linkOrCopy(source, target);
  }
  return within(directory, model.main);
}

function within(directory: string, path: string): string {
  const inside = normalize(path);
  if (isAbsolute(inside) || inside.split('/').includes('..')) {
    throw new PreparationError(`model file ${path} lies outside its model`);
  }
  return join(directory, inside);
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
  }
}
