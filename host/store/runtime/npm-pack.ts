import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { NpmFailure } from './npm-failure.ts';
import { runNpm } from './run-npm.ts';

export interface PackOptions {
  /** A directory of one's own, for the tarball and npm's cache meanwhile. */
  readonly directory: string;
  /** `sha512-<base64>`: what was published. What the registry says of itself is not trusted. */
  readonly integrity: string;
  readonly signal: AbortSignal;
  /** Called with what has arrived of the tarball so far, a few times a second. */
  readonly onBytes?: (receivedBytes: number) => void;
}

/**
 * The path of a package's tarball, fetched by this person's npm: its registry, proxy, certificates
 * and tokens are the ones that npm finds, and never pass through this program.
 * @throws NpmFailure with npm's code; the signal's reason.
 */
export async function npmPack(spec: string, options: PackOptions): Promise<string> {
  const { directory, integrity, signal } = options;
  const cache = join(directory, 'cache');
  const destination = join(directory, 'packed');
  const settings = ['--loglevel=error', '--no-update-notifier', '--ignore-scripts', '--logs-max=0'];
  const places = [`--cache=${cache}`, `--pack-destination=${destination}`];
  await mkdir(destination, { recursive: true, mode: 0o700 });
  const stopWatching = watchGrowth(cache, options.onBytes);
  try {
    await runNpm(['pack', spec, ...places, ...settings], signal);
  } finally {
    stopWatching();
  }
  await rm(cache, { recursive: true, force: true });
  const [name = ''] = await readdir(destination);
  const tarball = join(destination, name);
  if ((await integrityOf(tarball, signal)) !== integrity) {
    throw new NpmFailure('EINTEGRITY', `${spec} has other bytes than were published`);
  }
  options.onBytes?.((await stat(tarball)).size);
  return tarball;
}

/**
 * Tells the size of the largest file below a directory: npm writes what arrives into its cache at
 * once.
 */
function watchGrowth(directory: string, onBytes: PackOptions['onBytes']): () => void {
  if (onBytes === undefined) return () => {};
  let told = 0;
  let isOver = false;
  const timer = setInterval(async () => {
    // null while npm moves a directory away under us.
    const bytes = await largestFile(directory).catch(() => null);
    if (isOver || bytes === null || bytes === told) return;
    told = bytes;
    onBytes(bytes);
  }, 200);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

async function largestFile(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true });
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(directory, name)).catch(() => null);
      return found?.isFile() ? found.size : 0;
    }),
  );
  return Math.max(0, ...sizes);
}

async function integrityOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash, { signal });
  return `sha512-${hash.digest('base64')}`;
}
