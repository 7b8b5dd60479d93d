import { isAbsolute, resolve } from 'node:path';

/** A path that holds wherever the program is started. */
export function absolutePath(path: string, base: string): string {
  return isAbsolute(path) || path.startsWith('~') ? path : resolve(base, path);
}
