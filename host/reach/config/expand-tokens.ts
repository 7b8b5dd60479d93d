import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './environment.ts';

/** What ssh_config's %-tokens stand for (ssh_config(5), TOKENS). */
export interface TokenValues {
  readonly hostname: string;
  readonly originalHost: string;
  readonly port: number;
  readonly remoteUser: string;
  readonly hostKeyAlias: string | null;
  readonly proxyJump: string;
  readonly environment: Environment;
}

/** Expands %-tokens; an unknown token stays as it is. */
export function expandTokens(text: string, values: TokenValues): string {
  return text.replace(/%([%CdhijkLlnpruT])/g, (_, token: string) => tokenValue(token, values));
}

function tokenValue(token: string, values: TokenValues): string {
  const local = hostname();
  const table: Readonly<Record<string, () => string>> = {
    '%': () => '%',
    C: () =>
      createHash('sha1')
        .update(`${local}${values.hostname}${values.port}${values.remoteUser}${values.proxyJump}`)
        .digest('hex'),
    d: homeDirectory,
    h: () => values.hostname,
    i: () => String(userInfo().uid),
    j: () => values.proxyJump,
    k: () => values.hostKeyAlias ?? values.originalHost,
    L: () => local.split('.')[0] ?? local,
    l: () => local,
    n: () => values.originalHost,
    p: () => String(values.port),
    r: () => values.remoteUser,
    u: () => userInfo().username,
    T: () => 'NONE',
  };
  return table[token]?.() ?? `%${token}`;
}

/**
 * Expands `~`, `${NAME}` and %-tokens of a file name, as ssh does for IdentityFile and its like.
 */
export function expandPath(path: string, values: TokenValues): string {
  const named = path.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g,
    (_, name: string) => values.environment[name] ?? '',
  );
  const expanded = expandTokens(named, values);
  if (expanded === '~') return homeDirectory();
  return expanded.startsWith('~/') ? join(homeDirectory(), expanded.slice(2)) : expanded;
}

/** The home of the password database, which ssh uses even where $HOME says otherwise. */
export function homeDirectory(): string {
  return userInfo().homedir;
}
