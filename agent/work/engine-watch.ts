import { statSync } from 'node:fs';
import { join } from 'node:path';
import { enginesIn } from '../engine/engine-cache.ts';

/**
 * Notices the engines that TensorRT under ONNX Runtime builds, by the files that it leaves in its
 * cache.
 */
export class EngineWatch {
  readonly #cachePath: string | null;
  #known: ReadonlySet<string>;

  /** `cachePath`: where the engines of this cell are kept; null for what builds none. */
  constructor(cachePath: string | null) {
    this.#cachePath = cachePath;
    this.#known = this.#engines();
  }

  /** Whether one was built, or built anew, since this was asked last. */
  hasBuilt(): boolean {
    const engines = this.#engines();
    const isNew = [...engines].some((engine) => !this.#known.has(engine));
    this.#known = engines;
    return isNew;
  }

  #engines(): ReadonlySet<string> {
    const path = this.#cachePath;
    if (path === null) return new Set();
    return new Set(enginesIn(path).map((name) => `${name} ${statSync(join(path, name)).mtimeMs}`));
  }
}
