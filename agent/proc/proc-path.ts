import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where a file of /proc is: below `rootPath`, where a test has put one there, else the kernel's
 * own.
 */
export function procPath(rootPath: string, name: string): string {
  const replayed = join(rootPath, 'proc', name);
  return rootPath !== '/' && existsSync(replayed) ? replayed : `/proc/${name}`;
}
