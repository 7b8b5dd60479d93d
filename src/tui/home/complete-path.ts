import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** `~/models/x.onnx` as the shell would have handed it over. */
export function withoutTilde(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/**
 * What a shell's Tab would make of a path: as far as directories and `.onnx` files agree. The text
 * as it is where nothing begins like it.
 */
export async function completePath(typed: string): Promise<string> {
  const path = withoutTilde(typed);
  const directory = path.endsWith('/') ? path : dirname(path);
  const begun = path.endsWith('/') ? '' : basename(path);
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() || entry.name.endsWith('.onnx'))
    .filter(({ name }) => name.startsWith(begun) && (begun !== '' || !name.startsWith('.')))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  const common = commonBeginning(names);
  if (common.length <= begun.length) return typed;
  const isBare = !path.includes('/');
  return isBare ? common : join(directory, common);
}

function commonBeginning(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = first.length;
  for (const name of others) {
    while (!name.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
