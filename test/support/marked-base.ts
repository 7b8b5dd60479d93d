import { mkdirSync, writeFileSync } from 'node:fs';

/**
 * Makes a base directory as a probe leaves it on its first visit, for tests that lay things into it
 * before one.
 */
export function makeMarkedBase(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  writeFileSync(`${path}/.orin-remote`, 'orin-remote 1\n', { mode: 0o600 });
  return path;
}
