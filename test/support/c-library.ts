import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/**
 * Compiles a shared library with the machine's C compiler; false, with the reason printed, where
 * there is none.
 */
export function compileLibrary(path: string, source: string): boolean {
  writeFileSync(`${path}.c`, source);
  const { error, status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-o', path, `${path}.c`]);
  if (error === undefined && status === 0) return true;
  console.warn(`skipped: no library can be compiled: ${error?.message ?? stderr}`);
  return false;
}
