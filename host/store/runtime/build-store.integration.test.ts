import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BoardFacts } from '../../board/facts.ts';
import { chooseBuild } from '../../run/choose-build.ts';
import { addBuild, listBuilds, removeBuild } from './build-store.ts';
import { ONNX_RUNTIME_VERSION } from './onnxruntime-files.ts';

const { signal } = new AbortController();
let directory: string;
let directories: { readonly cache: string; readonly builds: string };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'orin-store-'));
  directories = { cache: join(directory, 'cache'), builds: join(directory, 'builds') };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A build for one platform from npm's real files; `words` tell two of them apart. */
function makeBuild(arch: 'arm64' | 'x64', words = ''): string {
  const root = mkdtempSync(join(directory, 'package-'));
  const native = `bin/napi-v6/linux/${arch}`;
  const npm = resolve('node_modules/onnxruntime-node');
  for (const path of [
    'dist/binding.js',
    `${native}/onnxruntime_binding.node`,
    `${native}/libonnxruntime.so.1`,
  ]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(join(npm, path), join(root, path));
  }
  const package_ = { name: 'onnxruntime-node', version: ONNX_RUNTIME_VERSION, words };
  writeFileSync(join(root, 'package.json'), JSON.stringify(package_));
  return root;
}

const add = (path: string, name: string | null = null) =>
  addBuild({ path, name, directories, signal });
const names = async () => (await listBuilds(directories.builds)).map(({ name }) => name);
const facts = (platform: string, glibc = '2.39') =>
  ({ platform, libc: { name: 'glibc', version: glibc } }) as unknown as BoardFacts;
const choose = (ortPackage: string | null, board: BoardFacts) =>
  chooseBuild({ board: 'orin', ortPackage, directories, signal }, board);

test('a build is stored by its content, whole, and outlives what it was made from', async () => {
  const source = makeBuild('arm64');
  const stored = await add(source, 'gpu');
  rmSync(source, { recursive: true });
  expect(stored).toMatchObject({ name: 'gpu', platform: 'linux-arm64', glibc: '2.28' });
  expect(readdirSync(directories.builds)).toEqual([stored.id]);
  const library = join(stored.directory, 'bin/napi-v6/linux/arm64/libonnxruntime.so.1');
  expect(readFileSync(library)).toHaveLength(
    readFileSync(
      resolve('node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/libonnxruntime.so.1'),
    ).length,
  );
});

test('the same build is stored once, keeps its name, and takes another that is given', async () => {
  const source = makeBuild('arm64');
  const first = await add(source, 'gpu');
  const again = await add(source);
  expect([again.id, again.name]).toEqual([first.id, 'gpu']);
  await add(source, 'newer');
  expect(await names()).toEqual(['newer']);
});

test('names are names, and each is of one build of a platform', async () => {
  await add(makeBuild('arm64'), 'gpu');
  await expect(add(makeBuild('arm64', 'another'), 'gpu')).rejects.toMatchObject({
    code: 'usage',
    next: expect.stringContaining('runtime remove gpu'),
  });
  await add(makeBuild('x64'), 'gpu');
  for (const bad of ['../up', '', 'a b', '.hidden', 'x'.repeat(65)]) {
    await expect(add(makeBuild('x64', bad), bad)).rejects.toMatchObject({ code: 'usage' });
  }
  expect(await names()).toEqual(['gpu', 'gpu']);
});

test('a board gets the build of its platform that was added last, unless told otherwise', async () => {
  expect(await choose(null, facts('linux-arm64'))).toBeNull();
  await add(makeBuild('arm64', 'old'), 'old');
  await add(makeBuild('x64'), 'desk');
  await add(makeBuild('arm64', 'new'), 'new');
  const nameFor = async (given: string | null, platform: string) =>
    (await choose(given, facts(platform)))?.name ?? null;
  expect(await nameFor(null, 'linux-arm64')).toBe('new');
  expect(await nameFor(null, 'linux-x64')).toBe('desk');
  expect(await nameFor('old', 'linux-arm64')).toBe('old');
  expect(await nameFor('npm', 'linux-arm64')).toBeNull();
  await removeBuild(directories.builds, 'new');
  expect(await nameFor(null, 'linux-arm64')).toBe('old');
});

test('a stored build that does not fit the board is refused, not passed over', async () => {
  await add(makeBuild('arm64'), 'gpu');
  await expect(choose(null, facts('linux-arm64', '2.27'))).rejects.toMatchObject({
    code: 'runtime-unavailable',
    why: 'it asks for glibc 2.28, the board has 2.27',
    next: expect.stringContaining('--ort npm'),
  });
  await expect(choose('gpu', facts('linux-x64'))).rejects.toMatchObject({
    why: 'it is for linux-arm64, the board is linux-x64',
  });
  await expect(choose('gqu', facts('linux-arm64'))).rejects.toMatchObject({
    why: 'there are gpu, npm',
  });
});

test('what is damaged or half written is not there; what is not there cannot be removed', async () => {
  const { id } = await add(makeBuild('arm64'), 'gpu');
  mkdirSync(join(directories.builds, 'abcdef.tmp'));
  mkdirSync(join(directories.builds, 'f'.repeat(64)));
  expect(await names()).toEqual(['gpu']);
  writeFileSync(join(directories.builds, id, 'build.json'), '{"name":"../../etc"}');
  expect(await names()).toEqual([]);
  await expect(removeBuild(directories.builds, 'gpu')).rejects.toMatchObject({
    why: 'none is stored',
  });
});
