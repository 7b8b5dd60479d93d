import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readRecent, recentPath, rememberBoard, rememberModel } from './recent.ts';

async function place(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'orin-recent-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return recentPath({ XDG_STATE_HOME: directory });
}

const seenUtc = '2026-11-23T10:15:00.000Z';
const nothingMore = { cpus: null, way: {}, runs: [] };
const remember = (path: string, name: string) =>
  rememberBoard(path, name, () => ({ name, about: 'Jetson', seenUtc, ...nothingMore }));

test('what was used last comes first, and once', async () => {
  const path = await place();
  await remember(path, 'a');
  await rememberModel(path, '/m/x.onnx');
  await remember(path, 'b');
  await remember(path, 'a');
  await rememberModel(path, '/m/y.onnx');
  const recent = await readRecent(path);
  expect(recent.boards.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(recent.models).toEqual(['/m/y.onnx', '/m/x.onnx']);
});

test('a file that is missing, damaged or hostile is no reason to fail', async () => {
  const path = await place();
  expect(await readRecent(path)).toEqual({ boards: [], models: [] });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '{"boards": 3, "models": ["/m/\\u001b[31mx.onnx"]}');
  expect(await readRecent(path)).toEqual({ boards: [], models: ['/m/x.onnx'] });
  await writeFile(path, 'not JSON');
  await remember(path, 'a');
  expect(JSON.parse(await readFile(path, 'utf8')).boards).toHaveLength(1);
});

test('a file of an earlier version still tells its boards', async () => {
  const path = await place();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ boards: [{ name: 'a', about: 'Jetson', seenUtc }] }));
  expect((await readRecent(path)).boards).toEqual([
    { name: 'a', about: 'Jetson', seenUtc, ...nothingMore },
  ]);
});
