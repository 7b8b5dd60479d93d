import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ONNX_RUNTIME_VERSION } from '../host/store/runtime/onnxruntime-files.ts';
import { type Cli, makeCli } from './support/cli.ts';

const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const native = `bin/napi-v6/linux/${arch}`;
let cli: Cli;
let build: string;

/** npm's own files as a person's build: the same code, by the way that such a build takes. */
beforeAll(async () => {
  cli = await makeCli();
  build = join(cli.home, 'build');
  const npm = resolve('node_modules/onnxruntime-node');
  for (const path of [
    'dist/binding.js',
    `${native}/onnxruntime_binding.node`,
    `${native}/libonnxruntime.so.1`,
  ]) {
    await mkdir(dirname(join(build, path)), { recursive: true });
    await copyFile(join(npm, path), join(build, path));
  }
  const package_ = { name: 'onnxruntime-node', version: ONNX_RUNTIME_VERSION };
  await writeFile(join(build, 'package.json'), JSON.stringify(package_));
});
afterAll(() => cli.remove());

interface Checks {
  readonly checks: readonly {
    readonly engine: string;
    readonly ep: string;
    readonly state: string;
    readonly proof: string | null;
    readonly reason: string | null;
    readonly next: string | null;
  }[];
}

test('check runs a model through every engine of a board, and tells proofs and reasons', async () => {
  const { code, stdout } = await cli.run(['runtime', 'check', 'demo', '--json', '-q']);
  const { checks } = JSON.parse(stdout) as Checks;
  const isGpuProved = checks.some(({ ep, state }) => ep !== 'cpu' && state === 'proved');
  expect(code).toBe(isGpuProved ? 0 : 4);
  const cpu = checks.filter(({ ep, engine }) => ep === 'cpu' && engine === 'ort');
  expect(cpu).toMatchObject([{ state: 'proved', proof: '3/3 nodes on CPU' }]);
  const cuda = checks.find(({ engine, ep }) => engine === 'ort' && ep === 'cuda');
  expect(cuda?.state).not.toBe('runs');
  for (const { state, reason, next, engine } of checks) {
    if (state !== 'fails') continue;
    expect(reason).toMatch(/\S/);
    if (engine !== 'ort-capi') expect(next).toMatch(/\S/);
  }
  // Nothing of that run is among the results.
  expect((await cli.run(['results', '--json'])).stdout.trim()).toBe('[]');
}, 120_000);

test('a build that was added is used on boards of its platform, until npm’s is asked for', async () => {
  const added = await cli.run(['runtime', 'add', build, '--name', 'mine']);
  expect(added.code, added.stderr).toBe(0);
  expect(added.stdout).toContain(`mine: linux-${arch}`);
  const words = ['bench', 'demo', '--model', 'null', '--threads', '1', '--dry-run'];
  expect((await cli.run(words)).stderr).toContain('the build mine, the stored one');
  expect((await cli.run([...words, '--ort', 'npm'])).stderr).not.toContain('the build mine');
  const run = await cli.run([...words.slice(0, -1), '--quick', '--blocks', '1', '--json']);
  const { context } = JSON.parse(run.stdout) as {
    readonly context: { readonly runtime: { readonly onnxruntime: string } };
  };
  expect(context.runtime.onnxruntime).toMatch(/^1\.30\.0\+[0-9a-f]{8}$/);
  const listed = await cli.run(['runtime', 'list', 'demo']);
  expect(listed.stdout).toMatch(/used on every linux-\w+ board; on this board already/);
  expect((await cli.run(['runtime', 'remove', 'mine'])).code).toBe(0);
  expect((await cli.run(['runtime', 'list'])).stdout).toContain('none; to store one');
}, 120_000);

test('what is no build is refused with the reason and what to do', async () => {
  const { code, stderr } = await cli.run(['runtime', 'add', resolve('package.json')]);
  expect(code).toBe(4);
  expect(stderr).toMatch(/no usable build/);
  expect((await cli.run(['runtime', 'remove', 'nothing'])).code).toBe(2);
});
