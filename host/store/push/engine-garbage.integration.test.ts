import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocalLink } from '../../../test/support/local-link.ts';
import { fileOnDisk, noise, smallRuntime } from '../../../test/support/store-files.ts';
import { probeBoard } from '../../board/probe.ts';
import { openPacker } from './packer.ts';
import { push } from './push.ts';
import type { StoreFile } from './store-file.ts';
import { storedPath } from './upload-script.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/orin-engines-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = () => openLocalLink({ env: { PATH: process.env.PATH ?? '', HOME: directory } });

async function pushFile(file: StoreFile, keepBytes: number) {
  const link = open();
  return push(link, await probeBoard(link), {
    files: [file],
    runtime: smallRuntime(),
    keepBytes,
    packer: openPacker(`${directory}/cache`),
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

test('more engines than one command can name go all the same', async () => {
  const engines = `${directory}/.cache/orin-remote/engines/trtexec`;
  await pushFile(fileOnDisk(`${directory}/1`, noise(1000)), 1e12);
  mkdirSync(engines, { recursive: true });
  const hourAgo = new Date(Date.now() - 2 * 3600_000);
  for (let at = 0; at < 800; at += 1) {
    const path = `${engines}/${String(at).padStart(40, '0')}.plan`;
    writeFileSync(path, 'engine');
    utimesSync(path, hourAgo, hourAgo);
  }
  const { removed } = await pushFile(fileOnDisk(`${directory}/2`, noise(1000)), 1);
  expect(removed.files).toBe(800);
  expect((await probeBoard(open())).engines.size).toBe(0);
}, 120_000);

test('engines that TensorRT built count as well, and go when they are the oldest', async () => {
  const base = `${directory}/.cache/orin-remote`;
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3600_000);
  const kept = fileOnDisk(`${directory}/1`, noise(1_000_000));
  await pushFile(kept, 1e12);
  utimesSync(storedPath(base, kept.sha256), hoursAgo(10), hoursAgo(10));
  const [recent, old] = ['a1'.repeat(20), 'b2'.repeat(20)];
  const combination = `ort-${'0a'.repeat(20)}`;
  for (const name of [combination, 'ort', 'trtexec'])
    mkdirSync(`${base}/engines/${name}`, { recursive: true });
  for (const path of [
    `trtexec/${old}.plan`,
    `${combination}/graph_0_sm87.engine`,
    'ort/a foreign file',
    'trtexec/somebody.plan',
  ]) {
    writeFileSync(`${base}/engines/${path}`, noise(500_000));
    utimesSync(`${base}/engines/${path}`, hoursAgo(20), hoursAgo(20));
  }
  writeFileSync(`${base}/engines/trtexec/${recent}.plan`, noise(500_000));
  expect([...(await probeBoard(open())).engines.keys()].sort()).toEqual([
    `engines/${combination}/graph_0_sm87.engine`,
    `engines/trtexec/${recent}.plan`,
    `engines/trtexec/${old}.plan`,
  ]);
  const report = await pushFile(fileOnDisk(`${directory}/2`, noise(500_000)), 2_100_000);
  expect(report.removed).toEqual({ files: 2, bytes: 1_000_000 });
  const after = await probeBoard(open());
  expect([...after.engines.keys()]).toEqual([`engines/trtexec/${recent}.plan`]);
  expect(after.store.has(kept.sha256)).toBe(true);
  expect(existsSync(`${base}/engines/ort/a foreign file`)).toBe(true);
  expect(existsSync(`${base}/engines/trtexec/somebody.plan`)).toBe(true);
  expect(existsSync(`${base}/engines/${combination}`)).toBe(false);
});
