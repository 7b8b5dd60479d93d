import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchFile } from '../host/run/fetch-file.ts';
import { openLocalLink } from './support/local-link.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-fetch-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Fetches a file of the board whose `gzip` is this script; null is the real one. */
async function fetched(text: string, gzip: string | null) {
  const [there, here] = [join(directory, 'mpstat.log'), join(directory, 'here.log')];
  await writeFile(there, text);
  if (gzip !== null) {
    await writeFile(join(directory, 'gzip'), `#!/bin/sh\n${gzip}\n`);
    await chmod(join(directory, 'gzip'), 0o755);
  }
  const PATH = `${directory}:${process.env.PATH ?? ''}`;
  const link = openLocalLink({ env: { PATH, HOME: directory } });
  return { here, outcome: fetchFile(link, there, here) };
}

test('a log arrives as it is; one that is empty is none', async () => {
  const { here, outcome } = await fetched('a\nb\n', null);
  expect(await outcome).toBe(true);
  expect(await readFile(here, 'utf8')).toBe('a\nb\n');
  expect(await (await fetched('', null)).outcome).toBe(false);
});

test('what unpacks to more than the board told is cut off, and nothing of it stays', async () => {
  const bomb = 'head -c 500000000 /dev/zero | /usr/bin/env -i /bin/gzip -9 -c';
  const { here, outcome } = await fetched('small\n', bomb);
  await expect(outcome).rejects.toMatchObject({
    code: 'remote-command',
    why: 'it has 6 bytes there, and more came',
  });
  expect(existsSync(here)).toBe(false);
});

test('what ends before it is whole is no log', async () => {
  const { here, outcome } = await fetched('a whole line\n', 'head -c 3 | /bin/gzip -c');
  await expect(outcome).rejects.toThrow('3 of 13 bytes came');
  expect(existsSync(here)).toBe(false);
});
