import { openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type JetsonSnapshot, jetsonPaths } from '../contract/board-files.ts';

/** More files than any board has; a tree that has more is not read to its end. */
const maxFiles = 1024;
const maxFileBytes = 65_536;
const maxTotalBytes = 1_048_576;

/**
 * What a Jetson's /sys says of itself, and any other board's as far as it has the same files. Files
 * stay open and are read into one buffer.
 */
export class BoardFiles {
  readonly #buffer = Buffer.alloc(maxFileBytes);
  readonly #last = new Map<string, string | null>();
  readonly #rootPath: string;
  readonly #once: readonly OpenFile[];
  readonly #each: readonly OpenFile[];
  #isFirst = true;

  /** `rootPath` is `/`, but in tests. */
  constructor(rootPath: string) {
    this.#rootPath = rootPath;
    this.#once = this.#open(jetsonPaths.once);
    this.#each = this.#open(jetsonPaths.each);
  }

  /**
   * Text by path of all files the first time, later of those that changed; null: there, but not to
   * be read.
   */
  changes(): JetsonSnapshot {
    const changed: Record<string, string | null> = {};
    let totalBytes = 0;
    for (const file of this.#isFirst ? [...this.#once, ...this.#each] : this.#each) {
      const text = this.#read(file);
      const isSame = this.#last.has(file.path) && this.#last.get(file.path) === text;
      totalBytes += text?.length ?? 0;
      if (isSame || totalBytes > maxTotalBytes) continue;
      this.#last.set(file.path, text);
      changed[file.path] = text;
    }
    this.#isFirst = false;
    return changed;
  }

  #open(patterns: readonly string[]): OpenFile[] {
    const paths = patterns.flatMap((pattern) => expand(this.#rootPath, pattern));
    return paths.slice(0, maxFiles).map((path) => ({ path, fd: this.#openIfAllowed(path) }));
  }

  #openIfAllowed(path: string): number | null {
    try {
      return openSync(join(this.#rootPath, path), 'r');
    } catch {
      return null;
    }
  }

  #read({ fd }: OpenFile): string | null {
    if (fd === null) return null;
    try {
      // At 0 the kernel makes the text anew; a sensor that is switched off answers EAGAIN.
      const length = readSync(fd, this.#buffer, 0, maxFileBytes, 0);
      return this.#buffer.toString('latin1', 0, length);
    } catch {
      return null;
    }
  }
}

interface OpenFile {
  readonly path: string;
  readonly fd: number | null;
}

/** Paths below `rootPath` that fit; `*` stands for any part of one segment. */
export function expand(rootPath: string, pattern: string): string[] {
  let found = [''];
  for (const segment of pattern.split('/').slice(1)) {
    found = found.flatMap((directory) =>
      namesIn(join(rootPath, directory), segment).map((name) => `${directory}/${name}`),
    );
  }
  return found;
}

function namesIn(directory: string, segment: string): string[] {
  const parts = segment.split('*').map((part) => part.replace(/[.:@+()[\]]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  try {
    const names = readdirSync(directory).filter((name) => pattern.test(name));
    return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch {
    return [];
  }
}
