import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { testCacheDir } from '../../../test/support/cache-dir.ts';
import { KOFFI_VERSION } from './koffi-files.ts';
import { NODE_VERSION } from './node-package.ts';
import type { Runtime } from './runtime.ts';
import { runtimeFor } from './runtime-for.ts';

const here = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/orin-runtime-`);
  writeFileSync(`${directory}/agent.cjs`, 'console.log("agent")');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const options = (over = {}) => ({
  offline: false,
  cacheDir: testCacheDir,
  agentPath: `${directory}/agent.cjs`,
  signal: new AbortController().signal,
  onProgress: () => {},
  ...over,
});

/** Lays a runtime out as a board does. */
function layOut(runtime: Runtime): string {
  for (const { path, mode, file } of runtime.files) {
    if (file.source.kind !== 'path') throw new Error('every file comes from disk');
    mkdirSync(dirname(`${directory}/tree/${path}`), { recursive: true });
    copyFileSync(file.source.path, `${directory}/tree/${path}`);
    chmodSync(`${directory}/tree/${path}`, mode);
  }
  return `${directory}/tree`;
}

describe('the runtime for a board', () => {
  test('runs ONNX Runtime from its own files alone, with its own Node', {
    timeout: 120_000,
  }, async () => {
    const tree = layOut(await runtimeFor(here, options()));
    const script =
      "const {binding, initOrt} = require('onnxruntime-node/dist/binding'); initOrt();" +
      'console.log(process.version, typeof binding.InferenceSession,' +
      " require.resolve('onnxruntime-common'))";
    const output = execFileSync(`${tree}/bin/node`, ['-e', script], {
      cwd: tree,
      env: { ORT_DISABLE_TELEMETRY: '1' },
    }).toString();
    expect(output.trim()).toBe(
      `v${NODE_VERSION} function ${tree}/node_modules/onnxruntime-common/dist/cjs/index.js`,
    );
  });

  test('a cache that cannot be written is said, with a way out', async () => {
    writeFileSync(`${directory}/file`, '');
    await expect(
      runtimeFor(here, options({ cacheDir: `${directory}/file` })),
    ).rejects.toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringContaining(`in ${directory}/file/node`),
      next: expect.stringContaining('XDG_CACHE_HOME'),
    });
  });

  test('has files of the board’s platform only, and few of them', {
    timeout: 120_000,
  }, async () => {
    const runtime = await runtimeFor('linux-arm64', options());
    const paths = runtime.files.map((file) => file.path);
    expect(paths.filter((path) => path.includes('/bin/napi'))).toEqual([
      'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/libonnxruntime.so.1',
      'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/onnxruntime_binding.node',
    ]);
    expect(paths.length).toBeLessThan(40);
    const node = runtime.files.find((file) => file.path === 'bin/node');
    if (node?.file.source.kind !== 'path') throw new Error('Node comes from disk');
    // e_machine of the ELF header, bytes 18 and 19: EM_AARCH64 is 183.
    const { stdout } = spawnSync('head', ['-c', '20', node.file.source.path]);
    expect(stdout.readUInt16LE(18)).toBe(183);
  });

  test.each(['linux-arm64', 'linux-x64'] as const)(
    'brings koffi for %s where it is asked for',
    {
      timeout: 120_000,
    },
    async (platform) => {
      const plain = await runtimeFor(platform, options());
      const runtime = await runtimeFor(platform, options({ needsKoffi: true }));
      const added = runtime.files
        .map(({ path }) => path)
        .filter((path) => !plain.files.some((file) => file.path === path));
      expect(added.every((path) => /^node_modules\/(koffi|@koromix)\//.test(path))).toBe(true);
      const binary = runtime.files.find(({ path }) => path.endsWith('/koffi.node'));
      if (binary?.file.source.kind !== 'path') throw new Error('koffi comes from disk');
      const { stdout } = spawnSync('head', ['-c', '20', binary.file.source.path]);
      expect(stdout.readUInt16LE(18)).toBe(platform === 'linux-arm64' ? 183 : 62);
      if (platform !== here) return;
      const tree = layOut(runtime);
      const script = "console.log(require('koffi').version)";
      const output = execFileSync(`${tree}/bin/node`, ['-e', script], { cwd: tree }).toString();
      expect(output.trim()).toBe(KOFFI_VERSION);
    },
  );

  test('keeps its id while nothing changed, and gets another with another agent', {
    timeout: 120_000,
  }, async () => {
    const [first, second] = [await runtimeFor(here, options()), await runtimeFor(here, options())];
    expect(second.id).toBe(first.id);
    writeFileSync(`${directory}/agent.cjs`, 'console.log("newer agent")');
    expect((await runtimeFor(here, options())).id).not.toBe(first.id);
  });

  test('offline without a cache says how to fill it', async () => {
    const over = { offline: true, cacheDir: `${directory}/cache` };
    await expect(runtimeFor(here, options(over))).rejects.toMatchObject({
      code: 'runtime-unavailable',
      next: expect.stringContaining('without --offline'),
    });
  });

  test('a cached Node with one flipped byte is neither pushed nor kept', {
    timeout: 300_000,
  }, async () => {
    const cacheDir = `${directory}/cache`;
    mkdirSync(`${cacheDir}/node`, { recursive: true });
    const path = `${cacheDir}/node/node-${NODE_VERSION}-${here}`;
    const { file } = (await runtimeFor(here, options())).files[1] ?? {};
    if (file?.source.kind !== 'path') throw new Error('Node comes from the cache');
    const bytes = readFileSync(file.source.path);
    bytes.writeUInt8(bytes.readUInt8(1_000_000) ^ 1, 1_000_000);
    writeFileSync(path, bytes);
    await expect(runtimeFor(here, options({ cacheDir, offline: true }))).rejects.toMatchObject({
      code: 'runtime-unavailable',
      why: expect.stringContaining('damaged'),
    });
    const mended = (await runtimeFor(here, options({ cacheDir }))).files[1]?.file;
    expect(mended?.sha256).toBe(file.sha256);
    expect(readFileSync(path).equals(readFileSync(file.source.path))).toBe(true);
  });

  test('a registry that serves other bytes is found out and leaves nothing', async () => {
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo;
      const tarball = `http://127.0.0.1:${port}/forged.tgz`;
      if (request.url === '/forged.tgz') return response.end('not what was published');
      return response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          name: `node-${here}`,
          'dist-tags': { latest: NODE_VERSION },
          versions: {
            [NODE_VERSION]: { name: `node-${here}`, version: NODE_VERSION, dist: { tarball } },
          },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('npm_config_registry', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    // npm waits ten seconds before it tries again.
    vi.stubEnv('npm_config_fetch_retries', '0');
    vi.stubEnv('npm_config_cache', `${directory}/npm`);
    const cacheDir = `${directory}/cache`;
    await expect(runtimeFor(here, options({ cacheDir }))).rejects.toMatchObject({
      code: 'runtime-unavailable',
      why: expect.stringContaining('integrity'),
    });
    expect(readdirSync(`${cacheDir}/node`)).toEqual([]);
    server.close();
  });

  test('an unreachable registry names the next step', { timeout: 60_000 }, async () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9');
    vi.stubEnv('npm_config_fetch_retries', '0');
    vi.stubEnv('npm_config_cache', `${directory}/npm`);
    await expect(
      runtimeFor(here, options({ cacheDir: `${directory}/cache` })),
    ).rejects.toMatchObject({ code: 'runtime-unavailable', next: expect.stringContaining('npm') });
  });
});
