import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeShimmedBoard, type ShimmedBoard } from '../../test/support/shimmed-board.ts';
import { findGpuMeans } from './gpu-means.ts';

let board: ShimmedBoard;
beforeEach(() => {
  board = makeShimmedBoard();
});
afterEach(() => board.remove());

const real = resolve(
  `node_modules/onnxruntime-node/bin/napi-v6/linux/${process.arch}/libonnxruntime.so.1`,
);

/** A directory below the board's home with these files; the library is npm's real one. */
function place(path: string, files: readonly string[]): string {
  const directory = join(board.home, path);
  mkdirSync(directory, { recursive: true });
  copyFileSync(real, join(directory, 'libonnxruntime.so.1.30.0'));
  symlinkSync('libonnxruntime.so.1.30.0', join(directory, 'libonnxruntime.so'));
  for (const file of files) writeFileSync(join(directory, file), '');
  return join(directory, 'libonnxruntime.so.1.30.0');
}

const own = async () => {
  const means = await findGpuMeans(board.open());
  return means.libraries.filter(({ path }) => path.startsWith(board.home));
};

test('libraries of wheels and archives are found once each, with release and providers', async () => {
  const wheel = place('.local/lib/python3.10/site-packages/onnxruntime/capi', [
    'libonnxruntime_providers_shared.so',
    'libonnxruntime_providers_cuda.so',
    'libonnxruntime_providers_tensorrt.so',
  ]);
  const archive = place('onnxruntime-linux-aarch64-gpu/lib', []);
  expect(await own()).toEqual([
    { path: wheel, version: '1.30.0', providers: ['cuda', 'tensorrt'] },
    { path: archive, version: '1.30.0', providers: [] },
  ]);
});

test('libraries in hidden virtual environments and in those of conda are found', async () => {
  const environments = ['.venv', 'project/.venv', '.virtualenvs/gpu', 'miniforge3/envs/gpu'];
  const placed = environments.map((path) =>
    place(`${path}/lib/python3.10/site-packages/onnxruntime/capi`, []),
  );
  const found = await own();
  expect(found.map(({ path }) => path)).toEqual(placed.toSorted());
});

test('however many there are, no more than 64 are looked at', async () => {
  for (let index = 0; index < 80; index += 1) {
    const directory = join(
      board.home,
      `.virtualenvs/v${index}/lib/python3/site-packages/onnxruntime/capi`,
    );
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'libonnxruntime.so.1'), 'VERS_1.20.1');
  }
  expect((await findGpuMeans(board.open())).libraries.length).toBe(64);
});

test('a library that is named comes first, by that name, wherever it lies', async () => {
  const named = join(
    place('mine/x', ['libonnxruntime_providers_tensorrt.so']),
    '../libonnxruntime.so',
  );
  expect((await findGpuMeans(board.open(), undefined, named)).libraries[0]).toEqual({
    path: named,
    version: '1.30.0',
    providers: ['tensorrt'],
  });
});

test('a name that no shell takes as it is, is not looked for', async () => {
  const name = join(place("it's mine", []), '../libonnxruntime.so');
  const { libraries } = await findGpuMeans(board.open(), undefined, name);
  expect(libraries.map(({ path }) => path)).not.toContain(name);
});

test('trtexec is found with its version, as its banner tells it', async () => {
  board.shim('trtexec', 'echo "&&&& RUNNING TensorRT.trtexec [TensorRT v100300] # trtexec --help"');
  expect((await findGpuMeans(board.open())).trtexec).toEqual({
    path: join(board.home, 'bin/trtexec'),
    version: '10.3.0',
  });
});

test('a bare board has nothing, and what is no library of that name is not taken for one', async () => {
  const directory = join(board.home, 'onnxruntime-x/lib');
  mkdirSync(join(directory, 'libonnxruntime.so.1'), { recursive: true });
  expect(await own()).toEqual([]);
  writeFileSync(join(directory, 'libonnxruntime.so.2'), 'text');
  expect(await own()).toMatchObject([{ version: null, providers: [] }]);
});
