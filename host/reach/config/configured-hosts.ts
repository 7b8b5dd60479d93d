import { join } from 'node:path';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { withIncludes } from './compute-settings.ts';
import { homeDirectory } from './expand-tokens.ts';

const MAX_HOSTS = 500;

/**
 * The hosts that the user's ssh_config names, Include and all; patterns are no hosts. None without
 * the file.
 */
export async function configuredHosts(
  directory: string = join(homeDirectory(), '.ssh'),
): Promise<string[]> {
  const text = await withIncludes(join(directory, 'config'), directory, 0);
  const names = text.split('\n').flatMap((line) => {
    const value = /^\s*Host(?:\s+|\s*=\s*)(.+)$/i.exec(line)?.[1] ?? '';
    return value.replace(/\s#.*$/, '').split(/\s+/);
  });
  const hosts = names
    .map((name) => cleanLine(name.replaceAll('"', ''), 120))
    .filter((name) => name !== '' && !/[*?!]/.test(name));
  return [...new Set(hosts)].slice(0, MAX_HOSTS);
}
