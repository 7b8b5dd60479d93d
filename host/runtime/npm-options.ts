import { dirname } from 'node:path';

/**
 * How this person's npm reaches its registry (registry, proxy, certificates, tokens), as the flat options that
 * pacote takes: from .npmrc files and npm_config_ variables, with npm's own precedence.
 */
export async function npmOptions(): Promise<Readonly<Record<string, unknown>>> {
  const { default: Config } = await import('@npmcli/config');
  const { default: all } = await import('@npmcli/config/lib/definitions/index.js');
  const config = new Config({
    // Only read for a built-in npmrc, which npm packaged by a distribution may have.
    npmPath: `${dirname(dirname(process.execPath))}/lib/node_modules/npm`,
    definitions: all.definitions,
    shorthands: all.shorthands,
    flatten: all.flatten,
    // Our own command line is none of npm's business.
    argv: [process.execPath, 'npm'],
  });
  await config.load();
  return config.flat;
}
