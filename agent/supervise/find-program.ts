import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Full path of a program as a shell would find it, or null. */
export function findProgram(name: string, searchPath: string | undefined): string | null {
  for (const directory of (searchPath ?? '/usr/bin:/bin').split(':')) {
    const path = join(directory || '.', name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return null;
}
