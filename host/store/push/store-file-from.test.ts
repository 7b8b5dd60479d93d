import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { storeFileFrom } from './store-file-from.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/orin-hash-`);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const options = () => ({ isCompressible: false, cacheDir: `${directory}/cache` });
const hashes = () => readdirSync(`${directory}/cache/hashes`);

/** Time passes, so that a file counts as settled. */
function later(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
}

test('a settled file is hashed once, and again when it changed', async () => {
  const path = `${directory}/model`;
  writeFileSync(path, 'one');
  later();
  expect((await storeFileFrom(path, options())).sha256).toBe(hash('one'));
  const [memory] = hashes();
  // What is remembered is used: a planted hash comes back.
  const planted = 'f'.repeat(64);
  const file = `${directory}/cache/hashes/${memory}`;
  const remembered = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  expect(remembered).toMatchObject({ sha256: hash('one'), path });
  writeFileSync(file, JSON.stringify({ ...remembered, sha256: planted }));
  expect((await storeFileFrom(path, options())).sha256).toBe(planted);

  writeFileSync(path, 'two');
  expect((await storeFileFrom(path, options())).sha256).toBe(hash('two'));
});

test('a file of the same size and modification time is told by the time of its change', async () => {
  const path = `${directory}/model`;
  writeFileSync(path, 'one');
  const then = new Date(1_700_000_000_000);
  utimesSync(path, then, then);
  later();
  await storeFileFrom(path, options());
  writeFileSync(path, 'two');
  utimesSync(path, then, then);
  expect((await storeFileFrom(path, options())).sha256).toBe(hash('two'));
});

test('a file that was written a moment ago is not remembered', async () => {
  writeFileSync(`${directory}/fresh`, 'x');
  await storeFileFrom(`${directory}/fresh`, options());
  expect(() => hashes()).toThrow();
});

test('a damaged memory is no memory', async () => {
  const path = `${directory}/model`;
  writeFileSync(path, 'one');
  later();
  await storeFileFrom(path, options());
  writeFileSync(`${directory}/cache/hashes/${hashes()[0]}`, '{"stamp":');
  expect((await storeFileFrom(path, options())).sha256).toBe(hash('one'));
});
