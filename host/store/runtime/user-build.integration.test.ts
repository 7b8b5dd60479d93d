import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BoardFacts } from '../../board/facts.ts';
import { readElf } from './elf.ts';
import { ONNX_RUNTIME_VERSION, onnxRuntimeFiles } from './onnxruntime-files.ts';
import { openUserBuild, requireFits } from './user-build.ts';

const { signal } = new AbortController();
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const platform = `linux-${arch}` as const;
const other = arch === 'arm64' ? 'x64' : 'arm64';
const npmNative = (of: string) => resolve('node_modules/onnxruntime-node/bin/napi-v6/linux', of);
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'orin-build-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

interface Build {
  readonly version?: string;
  /** Architecture that the files are of, whatever directory they lie in. */
  readonly filesOf?: string;
  readonly without?: string;
}

/**
 * A package as `--build_nodejs` leaves it, from npm's real files; a provider library stands for
 * CUDA's.
 */
function makeBuild({
  version = ONNX_RUNTIME_VERSION,
  filesOf = arch,
  without,
}: Build = {}): string {
  const root = join(directory, 'package');
  const native = `bin/napi-v6/linux/${arch}`;
  const files = {
    'dist/binding.js': resolve('node_modules/onnxruntime-node/dist/binding.js'),
    [`${native}/onnxruntime_binding.node`]: join(npmNative(filesOf), 'onnxruntime_binding.node'),
    [`${native}/libonnxruntime.so.1`]: join(npmNative(filesOf), 'libonnxruntime.so.1'),
    [`${native}/libonnxruntime_providers_cuda.so`]: join(
      npmNative(filesOf),
      'onnxruntime_binding.node',
    ),
    [`${native}/libonnxruntime_providers_shared.so`]: join(
      npmNative(filesOf),
      'onnxruntime_binding.node',
    ),
  };
  for (const [path, source] of Object.entries(files)) {
    if (path.endsWith(without ?? '\0')) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(source, join(root, path));
  }
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'onnxruntime-node', version }));
  return root;
}

const open = (path: string) => openUserBuild(path, join(directory, 'cache'), signal);

test('a build is known by its platform, the glibc that it asks for and its provider libraries', async () => {
  const build = await open(makeBuild());
  expect(build).toMatchObject({ platform, providers: ['cuda'] });
  expect(build.glibc).toMatch(/^2\.(2[0-9]|3[0-9])$/);
});

test('all that it needs on a board is pushed, its provider libraries beside its library', async () => {
  const { directory: found } = await open(makeBuild());
  const paths = (await onnxRuntimeFiles(platform, found)).map(({ path }) => path);
  const native = `node_modules/onnxruntime-node/bin/napi-v6/linux/${arch}`;
  expect(paths).toEqual(
    expect.arrayContaining([
      `${native}/libonnxruntime_providers_cuda.so`,
      `${native}/libonnxruntime_providers_shared.so`,
      'node_modules/onnxruntime-common/dist/cjs/index.js',
    ]),
  );
});

test('a tarball of it is as good, and unpacked once', async () => {
  makeBuild();
  const file = join(directory, 'build.tgz');
  await create({ file, cwd: directory, gzip: true }, ['package']);
  const first = await open(file);
  rmSync(join(directory, 'package'), { recursive: true });
  expect(await open(file)).toEqual(first);
  expect(first.directory).toMatch(/cache\/ort\/[0-9a-f]{64}\/package$/);
});

test('a tarball may have its files at its top, and a library that is a link to its neighbour', async () => {
  const root = makeBuild();
  const native = join(root, 'bin/napi-v6/linux', arch);
  renameSync(join(native, 'libonnxruntime.so.1'), join(native, 'libonnxruntime.so.1.30.0'));
  symlinkSync('libonnxruntime.so.1.30.0', join(native, 'libonnxruntime.so.1'));
  const file = join(directory, 'top.tgz');
  await create({ file, cwd: root, gzip: true }, ['.']);
  expect(await open(file)).toMatchObject({ platform, providers: ['cuda'] });
});

/** One entry of a tarball, as somebody with bad intentions would write it by hand. */
function tarEntry(name: string, type: string, linkpath = ''): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write('00000000000\0', 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(linkpath, 157);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

test.each([
  ['a path upwards', [tarEntry('package/../../evil', '0')], /outside of its directory/],
  ['an absolute path', [tarEntry('/tmp/orin-evil', '0')], /outside of its directory/],
  ['a link upwards', [tarEntry('package/l', '2', '../../..')], /a link to elsewhere/],
  ['a link to a secret', [tarEntry('package/l', '2', '/etc/passwd')], /a link to elsewhere/],
  ['a hard link', [tarEntry('package/l', '1', 'package.json')], /something that is no file/],
  ['a device', [tarEntry('package/d', '3')], /something that is no file/],
] as const)(
  'a tarball with %s is refused whole, and leaves nothing',
  async (_what, entries, why) => {
    const file = join(directory, 'evil.tgz');
    const harmless = tarEntry('package/package.json', '0');
    writeFileSync(file, gzipSync(Buffer.concat([harmless, ...entries, Buffer.alloc(1024)])));
    await expect(open(file)).rejects.toMatchObject({
      code: 'runtime-unavailable',
      why: expect.stringMatching(why),
    });
    expect(readdirSync(join(directory, 'cache/ort'))).toEqual([]);
    expect(existsSync(join(directory, 'evil'))).toBe(false);
  },
);

test('a package of one release with the library of another is refused', async () => {
  const root = makeBuild();
  const library = join(root, 'bin/napi-v6/linux', arch, 'libonnxruntime.so.1');
  const bytes = readFileSync(library);
  const version = Buffer.from(`VERS_${ONNX_RUNTIME_VERSION}`);
  for (let at = bytes.indexOf(version); at >= 0; at = bytes.indexOf(version)) {
    bytes.write('VERS_1.16.3', at);
  }
  writeFileSync(library, bytes);
  await expect(open(root)).rejects.toMatchObject({
    why: expect.stringMatching(/is of 1\.16\.3.*, its package of 1\.30\.0/),
  });
});

test.each([
  ['another release', { version: '1.16.3' }, /1\.16\.3; this program drives exactly/],
  ['files of another machine', { filesOf: other }, /is not for linux-/],
  ['no binding', { without: 'onnxruntime_binding.node' }, /lacks onnxruntime_binding\.node/],
  ['no JavaScript', { without: 'binding.js' }, /dist\/binding\.js is missing/],
] as const)('%s is refused with the reason', async (_what, build, why) => {
  await expect(open(makeBuild(build))).rejects.toMatchObject({
    code: 'runtime-unavailable',
    why: expect.stringMatching(why),
    next: expect.any(String),
  });
});

test('what is no build at all is refused: nothing, something else, npm’s own package', async () => {
  await expect(open(join(directory, 'nothing'))).rejects.toMatchObject({
    why: expect.stringMatching(/no such file/),
  });
  await expect(open(directory)).rejects.toMatchObject({
    why: expect.stringMatching(/no package\.json of/),
  });
  writeFileSync(join(directory, 'bad.tgz'), 'no tarball');
  await expect(open(join(directory, 'bad.tgz'))).rejects.toMatchObject({
    why: expect.stringMatching(/cannot be unpacked/),
  });
  await expect(open(resolve('node_modules/onnxruntime-node'))).rejects.toMatchObject({
    why: expect.stringMatching(/several platforms/),
  });
});

test('a board of another platform, or with an older C library, is told before anything is sent', async () => {
  const build = await open(makeBuild());
  const board = (over: object) =>
    ({ platform, libc: { name: 'glibc', version: '2.39' }, ...over }) as unknown as BoardFacts;
  expect(() => requireFits(build, 'orin', board({}))).not.toThrow();
  expect(() => requireFits(build, 'orin', board({ platform: `linux-${other}` }))).toThrow(
    expect.objectContaining({ why: `it is for ${platform}, the board is linux-${other}` }),
  );
  const old = board({ libc: { name: 'glibc', version: '2.5' } });
  expect(() => requireFits(build, 'orin', old)).toThrow(
    expect.objectContaining({
      why: expect.stringMatching(/asks for glibc 2\.\d+, the board has 2\.5/),
    }),
  );
});

test('an ELF file tells machine and glibc; other files are none', async () => {
  const elf = await readElf(join(npmNative('arm64'), 'libonnxruntime.so.1'));
  expect(elf).toMatchObject({ platform: 'linux-arm64', glibc: '2.28' });
  expect(await readElf(resolve('package.json'))).toBeNull();
});
