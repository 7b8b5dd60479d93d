import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { BoardFacts } from '../../board/facts.ts';
import { OrinError } from '../../errors.ts';
import { type ElfFacts, readElf } from './elf.ts';
import type { BoardPlatform } from './node-package.ts';
import { ONNX_RUNTIME_VERSION } from './onnxruntime-files.ts';
import { unpackBuild } from './unpack-build.ts';

/** A person's own build of onnxruntime-node, looked over. */
export interface UserBuild {
  /** How the person calls it: its path, or the name under which it is stored. */
  readonly name: string;
  /** Directory of the package. */
  readonly directory: string;
  readonly platform: BoardPlatform;
  /** Newest glibc that one of its files asks for. */
  readonly glibc: string | null;
  /** `cuda`, `tensorrt`, …: those whose library is there. */
  readonly providers: readonly string[];
}

const archOf: Readonly<Record<BoardPlatform, string>> = {
  'linux-arm64': 'arm64',
  'linux-x64': 'x64',
};

/**
 * Looks over a build of onnxruntime-node: the directory of the package, or a `.tgz` of it
 * (`npm pack`), which is unpacked once into the cache. Nothing of it is loaded here.
 * @throws OrinError `runtime-unavailable` with what is missing or does not fit.
 */
export async function openUserBuild(
  path: string,
  cacheDir: string,
  signal: AbortSignal,
): Promise<UserBuild> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw unfit(path, 'there is no such file or directory');
  if (!found.isDirectory() && !found.isFile())
    throw unfit(path, 'it is neither a file nor a directory');
  const directory = found.isDirectory() ? resolve(path) : await unpacked(path, cacheDir, signal);
  await requireVersion(path, directory);
  const platform = await platformOf(path, directory);
  const native = nativeDirectory(directory, platform);
  const names = (await readdir(native)).filter((name) => /\.(so|node)(\.|$)/.test(name));
  for (const name of ['onnxruntime_binding.node', 'libonnxruntime.so.1']) {
    if (!names.includes(name)) throw unfit(path, `${native} lacks ${name}`);
  }
  const glibc = await checkLibraries(path, platform, native, names);
  const providers = names.flatMap(
    (name) => /^libonnxruntime_providers_(?!shared)(\w+)\.so$/.exec(name)?.[1] ?? [],
  );
  return { name: path, directory, platform, glibc, providers };
}

/** @throws OrinError `runtime-unavailable` when the build cannot run on this board. */
export function requireFits(build: UserBuild, board: string, facts: BoardFacts): void {
  if (facts.platform !== null && facts.platform !== build.platform) {
    throw new OrinError({
      code: 'runtime-unavailable',
      what: `the build ${build.name} of onnxruntime-node does not run on ${board}`,
      why: `it is for ${build.platform}, the board is ${facts.platform}`,
      next: 'build it on a board of this kind (docs/gpu/README.md), or measure with the build of npm: --ort npm',
      board,
    });
  }
  const { version } = facts.libc;
  if (version === null || build.glibc === null) return;
  if (minor(build.glibc) <= minor(version)) return;
  throw new OrinError({
    code: 'runtime-unavailable',
    what: `the build ${build.name} of onnxruntime-node does not run on ${board}`,
    why: `it asks for glibc ${build.glibc}, the board has ${version}`,
    next: 'build it on a board with the same JetPack (docs/gpu/README.md), or measure with the build of npm: --ort npm',
    board,
  });
}

function minor(glibc: string): number {
  return Number(glibc.split('.')[1] ?? 0);
}

function nativeDirectory(directory: string, platform: BoardPlatform): string {
  return join(directory, 'bin/napi-v6/linux', archOf[platform]);
}

async function requireVersion(path: string, directory: string): Promise<void> {
  const text = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}');
  const { name, version } = parsed(text);
  if (name !== 'onnxruntime-node') {
    throw unfit(path, 'it holds no package.json of onnxruntime-node', 'name its js/node directory');
  }
  if (version !== ONNX_RUNTIME_VERSION) {
    throw unfit(
      path,
      `it is onnxruntime-node ${String(version)}; this program drives exactly ${ONNX_RUNTIME_VERSION}`,
      'other releases can be measured by their library: --engine ort-capi --ort-lib PATH-ON-BOARD',
    );
  }
  if ((await stat(join(directory, 'dist/binding.js')).catch(() => null)) === null) {
    throw unfit(path, 'dist/binding.js is missing: its JavaScript was not built', 'npm run build');
  }
}

function parsed(text: string): { readonly name?: unknown; readonly version?: unknown } {
  try {
    return JSON.parse(text) as { readonly name?: unknown; readonly version?: unknown };
  } catch {
    return {};
  }
}

/**
 * The one platform that it has a binding for; npm's own package has several and is no build of a
 * person.
 */
async function platformOf(path: string, directory: string): Promise<BoardPlatform> {
  const there: BoardPlatform[] = [];
  for (const platform of ['linux-arm64', 'linux-x64'] as const) {
    const isThere = await stat(nativeDirectory(directory, platform)).catch(() => null);
    if (isThere !== null) there.push(platform);
  }
  const [platform] = there;
  if (platform === undefined) {
    throw unfit(path, 'it has no bin/napi-v6/linux/arm64 or x64', 'build it with --build_nodejs');
  }
  if (there.length === 1) return platform;
  throw unfit(path, 'it is for several platforms, as the package of npm is, which is the default');
}

/**
 * Every library is of the platform, the main one of the release; gives the newest glibc that one
 * asks for.
 */
async function checkLibraries(
  path: string,
  platform: BoardPlatform,
  native: string,
  names: readonly string[],
): Promise<string | null> {
  let newest: string | null = null;
  for (const name of names) {
    const elf = await readElf(join(native, name));
    if (elf === null) throw unfit(path, `${name} is no 64-bit Linux library`);
    if (elf.platform !== platform) throw unfit(path, `${name} is not for ${platform}`);
    if (name === 'libonnxruntime.so.1') requireSymbols(path, elf);
    if (elf.glibc !== null && (newest === null || minor(elf.glibc) > minor(newest))) {
      newest = elf.glibc;
    }
  }
  return newest;
}

/**
 * The package may say one release and hold the library of another, which the binding could not
 * load.
 */
function requireSymbols(path: string, { ortVersions }: ElfFacts): void {
  if (ortVersions.includes(ONNX_RUNTIME_VERSION)) return;
  const found = ortVersions.length === 0 ? 'of no known release' : `of ${ortVersions.join(', ')}`;
  throw unfit(path, `its libonnxruntime.so.1 is ${found}, its package of ${ONNX_RUNTIME_VERSION}`);
}

/** A tarball's content below the cache. */
async function unpacked(path: string, cacheDir: string, signal: AbortSignal): Promise<string> {
  try {
    return await unpackBuild(path, cacheDir, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw unfit(path, `${basename(path)} cannot be unpacked: ${(error as Error).message}`);
  }
}

function unfit(path: string, why: string, next?: string): OrinError {
  return new OrinError({
    code: 'runtime-unavailable',
    what: `${path}: no usable build of onnxruntime-node`,
    why,
    next: next ?? 'see docs/gpu/README.md for how one is made',
  });
}
