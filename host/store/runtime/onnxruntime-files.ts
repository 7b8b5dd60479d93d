import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { OrinError } from '../../errors.ts';
import type { BoardPlatform } from './node-package.ts';

/**
 * Pinned: the agent drives its binding directly, and a later release makes `run()` asynchronous.
 */
export const ONNX_RUNTIME_VERSION = '1.30.0';

/** A file on the workstation and its place in a runtime tree. */
export interface PlacedFile {
  readonly path: string;
  readonly source: string;
  readonly isNative: boolean;
}

/**
 * What `require('onnxruntime-node/dist/binding')` needs on a board, and no more: the binding's
 * JavaScript, the CommonJS half of onnxruntime-common, the native binding and its library. Nothing
 * of it is loaded here. `packageDirectory` is that of an onnxruntime-node package: by default the
 * one installed beside this program.
 * @throws OrinError `runtime-unavailable` when a file is missing or a version is not the pinned
 *   one.
 */
export async function onnxRuntimeFiles(
  platform: BoardPlatform,
  packageDirectory: string = installedPackage(),
): Promise<readonly PlacedFile[]> {
  const commonDirectory = resolve(dirname(commonOf(packageDirectory)), '../..');
  await requirePinned('onnxruntime-node', packageDirectory);
  await requirePinned('onnxruntime-common', commonDirectory);
  const native = `bin/napi-v6/linux/${platform === 'linux-arm64' ? 'arm64' : 'x64'}`;
  const common = await requiredFrom(commonDirectory, 'dist/cjs/index.js');
  return [
    ...placed('onnxruntime-node', packageDirectory, ['package.json', 'dist/binding.js'], false),
    ...placed(
      'onnxruntime-node',
      packageDirectory,
      [
        `${native}/onnxruntime_binding.node`,
        `${native}/libonnxruntime.so.1`,
        ...(await providerLibraries(packageDirectory, native)),
      ],
      true,
    ),
    // dist/cjs/package.json makes CommonJS of the files beside it.
    ...placed(
      'onnxruntime-common',
      commonDirectory,
      ['package.json', 'dist/cjs/package.json', ...common],
      false,
    ),
  ];
}

/** A build of one's own seldom has onnxruntime-common beside it: ours is of the same release. */
function commonOf(packageDirectory: string): string {
  try {
    return createRequire(join(packageDirectory, 'package.json')).resolve('onnxruntime-common');
  } catch {
    return createRequire(join(installedPackage(), 'package.json')).resolve('onnxruntime-common');
  }
}

/** Looked for by ONNX Runtime beside its library; the package of npm has none for boards. */
async function providerLibraries(directory: string, native: string): Promise<readonly string[]> {
  const names = await readdir(join(directory, native));
  return names
    .filter((name) => /^libonnxruntime_providers_\w+\.so$/.test(name))
    .map((name) => `${native}/${name}`);
}

function installedPackage(): string {
  return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
}

async function requirePinned(name: string, directory: string): Promise<void> {
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    version?: unknown;
  };
  if (version === ONNX_RUNTIME_VERSION) return;
  throw new OrinError({
    code: 'runtime-unavailable',
    what: `${name} in ${directory} is version ${String(version)}`,
    why: `this program drives exactly ${ONNX_RUNTIME_VERSION}`,
    next: 'reinstall orin-remote',
  });
}

/**
 * The CommonJS files that `entry` reaches through relative requires, `entry` first; paths within
 * `root`.
 */
async function requiredFrom(root: string, entry: string): Promise<readonly string[]> {
  const found = new Set([entry]);
  // A Set iterates over what is added to it meanwhile.
  for (const path of found) {
    const text = await readFile(join(root, path), 'utf8');
    for (const [, target = ''] of text.matchAll(/\brequire\(["'](\.[^"']+)["']\)/g)) {
      const file = posix.join(posix.dirname(path), target);
      found.add(file.endsWith('.js') ? file : `${file}.js`);
    }
  }
  return [...found];
}

function placed(
  name: string,
  directory: string,
  files: readonly string[],
  isNative: boolean,
): readonly PlacedFile[] {
  return files.map((file) => {
    const source = join(directory, file);
    const path = relative(directory, source).split(sep).join('/');
    return { path: `node_modules/${name}/${path}`, source, isNative };
  });
}
