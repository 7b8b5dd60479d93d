import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where TensorRT under ONNX Runtime keeps the engines of a cell; only what is ours is removed. */
export interface EngineCache {
  readonly path: string;
  readonly isOurs: boolean;
}

/** Directory for engines that TensorRT built on this board: `<base>/engines/<maker>`. Made when missing. */
export function engineCache(storePath: string, maker: string): string {
  // The store is `<base>/store/sha256`.
  const directory = join(resolve(storePath, '../..'), 'engines', maker);
  mkdirSync(directory, { recursive: true });
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
 * Opens a session over engines that are kept; those that TensorRT does not load, because it is another release or they were written by
 * half, are removed, and it is opened once more to build them anew. ONNX Runtime itself would fail over them for ever.
 */
export function overKeptEngines<T>(cachePath: string | null, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (cachePath === null || !/deserializ/i.test((error as Error).message)) throw error;
    const engines = enginesIn(cachePath);
    if (engines.length === 0) throw error;
    for (const name of engines) rmSync(join(cachePath, name), { force: true });
    return open();
  }
}

/** An engine is made for one GPU; on a Jetson the module's name says which. */
function deviceName(): string {
  try {
    return readFileSync('/proc/device-tree/model', 'latin1');
  } catch {
    return process.arch;
  }
}
