import type { JetsonSnapshot } from '../../agent/contract/board-files.ts';
import { cleanLine } from '../../agent/contract/clean-text.ts';

const MAX_PATHS = 8192;
const MAX_TEXT = 65_536;

/** Files of one directory by name. */
export type Directory = ReadonlyMap<string, string>;

/** A snapshot by directory: what lies together belongs to one device. */
export class SnapshotTree {
  readonly #directories = new Map<string, Map<string, string>>();

  constructor(snapshot: JetsonSnapshot) {
    for (const [path, text] of Object.entries(snapshot).slice(0, MAX_PATHS)) {
      if (text === null) continue;
      const slash = path.lastIndexOf('/');
      const directory = path.slice(0, slash);
      const files = this.#directories.get(directory) ?? new Map<string, string>();
      files.set(path.slice(slash + 1), text.slice(0, MAX_TEXT));
      this.#directories.set(directory, files);
    }
  }

  /** The text of one file; null when it is not in the snapshot or could not be read. */
  text(path: string): string | null {
    const slash = path.lastIndexOf('/');
    return this.#directories.get(path.slice(0, slash))?.get(path.slice(slash + 1)) ?? null;
  }

  /** Directories whose path fits, in the order of the numbers in their names. */
  matching(pattern: RegExp): readonly { readonly path: string; readonly files: Directory }[] {
    return [...this.#directories]
      .filter(([path]) => pattern.test(path))
      .map(([path, files]) => ({ path, files }))
      .sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
  }

  /** The hwmon devices of that name; their numbers change from boot to boot. */
  hwmon(name: string): readonly Directory[] {
    return this.matching(/^\/sys\/class\/hwmon\/hwmon\d{1,4}$/)
      .filter(({ files }) => wordIn(files, 'name') === name)
      .map(({ files }) => files);
  }
}

/** The file as a whole number; null when it is not there or holds none. */
export function numberIn(files: Directory, name: string): number | null {
  return wholeNumber(files.get(name) ?? null);
}

export function wholeNumber(text: string | null): number | null {
  return text !== null && /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : null;
}

/** The file as one cleaned line; null when it is not there or empty. */
export function wordIn(files: Directory, name: string): string | null {
  return cleanLine(files.get(name) ?? '', 80) || null;
}
