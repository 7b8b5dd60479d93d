import { isAbsolute } from 'node:path';
import type { Variables } from './variables.ts';

const systemDirectories = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/**
 * Where roles look for programs: the system's directories first, so that no `taskset` or `mpstat`
 * of the account stands before the real one, then the absolute directories of its PATH.
 * `ORIN_REMOTE_PATH` replaces all of it, for boards that keep them elsewhere.
 */
export function roleSearchPath({ PATH, ORIN_REMOTE_PATH }: Variables): string {
  if (ORIN_REMOTE_PATH) return ORIN_REMOTE_PATH;
  const own = (PATH ?? '').split(':').filter(isAbsolute);
  return [...new Set([...systemDirectories, ...own])].join(':');
}
