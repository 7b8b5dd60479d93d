import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';

const run = promisify(execFile);

const cache = resolve('node_modules/.cache/onnxruntime-releases');

/** The library that is installed with this project. */
export const installedLibrary = resolve(
  `node_modules/onnxruntime-node/bin/napi-v6/linux/${process.arch}/libonnxruntime.so.1`,
);

/**
 * The libonnxruntime of another onnxruntime-node release for this machine, from the cache of these
 * tests or the npm registry; null, with the reason printed, where neither has it.
 */
export async function releasedLibrary(version: string): Promise<string | null> {
  const directory = join(cache, version);
  try {
    if (!existsSync(directory)) await download(version, directory);
    const name = readdirSync(directory).find((file) => file.startsWith('libonnxruntime.so'));
    if (name === undefined) throw new Error('the package has no library for this machine');
    return join(directory, name);
  } catch (error) {
    console.warn(`skipped: ONNX Runtime ${version} is not to be had: ${(error as Error).message}`);
    return null;
  }
}

async function download(version: string, directory: string): Promise<void> {
  const temporary = `${directory}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  const native = new RegExp(`^bin/napi-v\\d/linux/${process.arch}/libonnxruntime\\.so`);
  try {
    await run('npm', ['pack', `onnxruntime-node@${version}`, '--silent'], { cwd: temporary });
    const [file = ''] = readdirSync(temporary);
    await extract({ file: join(temporary, file), cwd: temporary, strip: 1 });
    const napi = readdirSync(join(temporary, 'bin'))[0] ?? '';
    const from = join(temporary, 'bin', napi, 'linux', process.arch);
    if (!readdirSync(from).some((file) => native.test(`bin/${napi}/linux/${process.arch}/${file}`)))
      throw new Error('the package has no library for this machine');
    renameSync(from, directory);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
