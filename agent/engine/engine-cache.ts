import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EngineRefusal } from './engine.ts';

/** Where engines that TensorRT built on this board are kept: `<base>/engines`. */
export function enginesPath(storePath: string): string {
  // The store is `<base>/store/sha256`.
  return join(resolve(storePath, '../..'), 'engines');
}

/**
 * A directory for some of them, made when missing. Throws `EngineRefusal` where it cannot be made.
 */
export function engineCache(path: string, name: string): string {
  const directory = join(path, name);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new EngineRefusal(`engines cannot be kept: ${(error as Error).message}`, {
      cause: error,
      next: `${path} must be a directory of the board that can be written to`,
    });
  }
  return directory;
}

/** A name for what was made of all these, and for nothing else: 160 bits in hexadecimal digits. */
export function engineKey(parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...parts, deviceName()]))
    .digest('hex')
    .slice(0, 40);
}

/** Names of the engines that ONNX Runtime's TensorRT left in a directory of its own. */
export function enginesIn(cachePath: string): readonly string[] {
  if (!existsSync(cachePath)) return [];
  return readdirSync(cachePath).filter((name) => name.endsWith('.engine'));
}

/**
 * Opens a session over engines that are kept; those that TensorRT does not load, because it is
 * another release or they were written by half, are removed, and it is opened once more to build
 * them anew. ONNX Runtime itself would fail over them for ever. Those of models with free shapes it
 * loads in the first run: see `refusedEngines`.
 */
export function overKeptEngines<T>(cachePath: string | null, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (cachePath === null || !/deserialize engine/i.test((error as Error).message)) throw error;
    const engines = enginesIn(cachePath);
    if (engines.length === 0) throw error;
    for (const name of engines) rmSync(join(cachePath, name), { force: true });
    return open();
  }
}

/** A refusal of the first run, with what to do where kept engines may be to blame for it. */
export function refusedEngines(error: EngineRefusal, cachePath: string | null): EngineRefusal {
  const isBuild = /deserialize engine|Failed to Build Engine/i.test(error.message);
  if (cachePath === null || !isBuild || enginesIn(cachePath).length === 0) return error;
  const next = `remove the engines that another TensorRT may have built: rm -r ${cachePath}`;
  return new EngineRefusal(error.message, { cause: error, next });
}

/** An engine is made for one GPU; on a Jetson the module's name says which. */
function deviceName(): string {
  try {
    return readFileSync('/proc/device-tree/model', 'latin1');
  } catch {
    return process.arch;
  }
}
