import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const cache = resolve('node_modules/.cache/swiftshader');
const files = ['libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json'];
const installed = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

/**
 * Environment under which ONNX Runtime's WebGPU finds a GPU: SwiftShader, the software Vulkan of
 * Chromium (Mesa's is refused for what it lacks). It is that of an installed Chromium, or of
 * Debian's package, which is not installed for it. Null, with the reason printed, where neither is
 * to be had.
 */
export function swiftShaderEnvironment(): Readonly<Record<string, string>> | null {
  if (process.arch !== 'x64') {
    console.warn('skipped: only the x64 build of onnxruntime-node has WebGPU');
    return null;
  }
  const directory = [...installed, cache].find(isComplete) ?? fetched();
  if (directory === null) {
    console.warn('skipped: neither an installed Chromium nor apt-get has a SwiftShader');
    return null;
  }
  return {
    LD_LIBRARY_PATH: directory,
    VK_ICD_FILENAMES: join(directory, 'vk_swiftshader_icd.json'),
  };
}

function isComplete(directory: string): boolean {
  return files.every((name) => existsSync(join(directory, name)));
}

/** Takes the three files out of Debian's package. */
function fetched(): string | null {
  mkdirSync(resolve(cache, '..'), { recursive: true });
  const temporary = mkdtempSync(`${cache}.`);
  const run = (...[program = '', ...words]: string[]) =>
    spawnSync(program, words, { cwd: temporary, stdio: 'ignore' }).status === 0;
  try {
    if (!run('apt-get', '-q', 'download', 'chromium-common')) return null;
    const [archive = ''] = readdirSync(temporary);
    const from = join(temporary, 'usr/lib/chromium');
    if (!run('dpkg-deb', '-x', archive, '.') || !isComplete(from)) return null;
    mkdirSync(cache, { recursive: true });
    for (const name of files) renameSync(join(from, name), join(cache, name));
    return cache;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
