import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { builtInModels, makeBuiltIn } from '../../../models/built-in.ts';
import { hashBytes } from '../../workstation/hash-file.ts';
import { rememberedHash } from '../../workstation/remembered-hash.ts';

export interface BuiltInFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Its copy in the cache; null where the cache cannot be written. */
  readonly path: string | null;
}

/**
 * A built-in model, from the cache under its hash when that copy is whole, else generated and put
 * there. A cache that cannot be written costs time, never the run.
 */
export async function builtInFile(name: string, cacheDir: string): Promise<BuiltInFile> {
  const wanted = builtInModels.find((model) => model.name === name)?.sha256;
  const file = path.join(cacheDir, 'models', `${wanted}.onnx`);
  const cached = await rememberedHash(file, cacheDir).catch(() => null);
  if (cached && cached.sha256 === wanted) {
    return { bytes: await readFile(file), sha256: wanted, path: file };
  }
  const bytes = makeBuiltIn(name);
  const sha256 = hashBytes(bytes);
  if (sha256 !== wanted) {
    throw new Error(`the generator gave ${sha256} for ${name}, which should be ${wanted}`);
  }
  return { bytes, sha256, path: (await saveWhole(file, bytes)) ? file : null };
}

/** Written beside its place and renamed, so that no reader ever meets half a model. */
async function saveWhole(file: string, bytes: Uint8Array): Promise<boolean> {
  const temporary = `${file}.${process.pid}.${performance.now()}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, file);
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}
