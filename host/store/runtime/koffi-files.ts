import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OrinError } from '../../errors.ts';
import { rememberedHash } from '../../workstation/remembered-hash.ts';
import type { BoardPlatform, FetchOptions } from './node-package.ts';
import { unavailable } from './npm-failure.ts';
import { npmPack } from './npm-pack.ts';
import type { PlacedFile } from './onnxruntime-files.ts';

/**
 * Pinned: the agent refuses any other. Integrity as the npm registry states it for these exact
 * versions.
 */
export const KOFFI_VERSION = '3.3.4';
const integrities: Readonly<Record<BoardPlatform, string>> = {
  'linux-arm64':
    'sha512-k6FPjEYDioyVihUqvRFX4QZK0RL/Rrn4xPEzrKxODxgLAUXlhBTut391zPzgsMcArXgN4YTuS11M/kxmA5s+Fg==',
  'linux-x64':
    'sha512-xi47MKuoQ9fA2SsrH6wljl9t9120hO66qEmb1le6q636q55J974cZfcwDrK5nW1GalJ+0NLXoH2T3/NGQBzPNw==',
};

/** SHA-256 of what is used of them: the copy in the cache is held against these. */
const nativeFiles: Readonly<Record<BoardPlatform, Readonly<Record<string, string>>>> = {
  'linux-arm64': {
    'package.json': '3c37620dd9a4d5f2b1006259beea39e12dbda3dc867234eadcfc76539a36dabc',
    'index.js': '868dd922bcd130f676694a6d8aadd5abc8023df3f3fb1d1cc3693db085d4d5ae',
    'linux_arm64/koffi.node': '7086182b845ae3a0e22113513c9a4e4f2b7838814b079c9a91270887eab1adf1',
  },
  'linux-x64': {
    'package.json': '3356169c6543eabe0905ea9bc7d2665b91ce8d0a1568fd0428ff04690ec870c6',
    'index.js': 'fbe4d645feb0d4232176a3352a2ac6bd145fc496af7ebc2b86cae793cb778b11',
    'linux_x64/koffi.node': 'bee3ebc173f47178269e8441fbfd90899c8fe6bc3c948f481c79670f924b1725',
  },
};

const javaScript = [
  'package.json',
  'index.cjs',
  'src/koffi/index.cjs',
  'src/koffi/src/static.cjs',
  'src/koffi/src/trampolines.cjs',
] as const;

/**
 * What `require('koffi')` needs on a board: its JavaScript, and the prebuilt binary of the board's
 * platform, which is a package of its own that npm installs only where it fits. It is downloaded
 * once for other platforms.
 * @throws OrinError `runtime-unavailable`; the signal's reason.
 */
export async function koffiFiles(
  platform: BoardPlatform,
  options: FetchOptions,
): Promise<readonly PlacedFile[]> {
  const require = createRequire(import.meta.url);
  // Its exports hide package.json: the main file lies beside it.
  const directory = dirname(require.resolve('koffi'));
  await requirePinned(directory);
  const native = (await installedNative(require, platform)) ?? (await fetched(platform, options));
  const name = `@koromix/koffi-${platform}`;
  return [
    ...javaScript.map((path) => placed('koffi', directory, path, false)),
    ...Object.keys(nativeFiles[platform]).map((path) =>
      placed(name, native, path, path.endsWith('.node')),
    ),
  ];
}

function placed(name: string, directory: string, path: string, isNative: boolean): PlacedFile {
  return { path: `node_modules/${name}/${path}`, source: join(directory, path), isNative };
}

async function versionOf(directory: string): Promise<unknown> {
  const text = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { version?: unknown }).version;
}

async function requirePinned(directory: string): Promise<void> {
  const version = await versionOf(directory);
  if (version === KOFFI_VERSION) return;
  throw new OrinError({
    code: 'runtime-unavailable',
    what: `koffi in ${directory} is version ${String(version)}`,
    why: `this program drives exactly ${KOFFI_VERSION}`,
    next: 'reinstall orin-remote',
  });
}

async function installedNative(
  require: NodeJS.Require,
  platform: BoardPlatform,
): Promise<string | null> {
  try {
    const directory = dirname(require.resolve(`@koromix/koffi-${platform}`));
    return (await versionOf(directory)) === KOFFI_VERSION ? directory : null;
  } catch {
    return null;
  }
}

async function fetched(platform: BoardPlatform, options: FetchOptions): Promise<string> {
  const directory = `${options.cacheDir}/koffi/koffi-${KOFFI_VERSION}-${platform}`;
  if (await isWhole(directory, platform, options)) return directory;
  const spec = `@koromix/koffi-${platform}@${KOFFI_VERSION}`;
  if (options.offline) throw notCached(spec);
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  const temporary = `${directory}.${randomBytes(6).toString('hex')}.tmp`;
  const { signal } = options;
  try {
    const npm = { directory: `${temporary}/npm`, integrity: integrities[platform], signal };
    const tarball = await npmPack(spec, npm);
    const { extract } = await import('tar');
    const unpacked = `${temporary}/koffi`;
    await mkdir(unpacked, { mode: 0o700 });
    await extract({ file: tarball, cwd: unpacked, strip: 1, strict: true });
    // A damaged one, which cannot be renamed over.
    await rm(directory, { recursive: true, force: true });
    await rename(unpacked, directory);
  } catch (error) {
    signal.throwIfAborted();
    // Another program may have been quicker.
    if (!(await isWhole(directory, platform, options))) throw unavailable(spec, error, withoutIt);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return directory;
}

/** Whether a copy is to the byte what was published, as far as a board gets it. */
async function isWhole(
  directory: string,
  platform: BoardPlatform,
  { cacheDir, signal }: FetchOptions,
): Promise<boolean> {
  const found = await Promise.all(
    Object.entries(nativeFiles[platform]).map(async ([path, sha256]) => {
      const hash = await rememberedHash(join(directory, path), cacheDir, signal).catch(() => null);
      return hash?.sha256 === sha256;
    }),
  );
  return found.every(Boolean);
}

const withoutIt = 'or measure with --engine ort, which does not need it';

function notCached(spec: string): OrinError {
  return new OrinError({
    code: 'runtime-unavailable',
    what: `${spec} is not in the cache`,
    why: '--offline was given, and it was never fetched',
    next: `run the same command once without --offline; ${withoutIt}`,
  });
}
