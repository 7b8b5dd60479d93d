import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeLeftovers } from './leftovers.ts';
import { markOwner, ownerFile } from './spool-owner.ts';

let runs: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'orin-leftovers-'));
});
afterEach(() => rm(runs, { recursive: true }));

async function incoming(run: string, pid: number, journal: string): Promise<string> {
  const name = `.incoming-${run}-${pid}`;
  await mkdir(join(runs, name));
  await writeFile(join(runs, name, 'journal.ndjson'), journal);
  return name;
}

function deadPid(): number {
  return spawnSync('true').pid;
}

async function saved(run: string, journal: string): Promise<string> {
  await mkdir(join(runs, run));
  await writeFile(join(runs, run, 'journal.ndjson'), journal);
  return run;
}

const names = async (): Promise<string[]> => (await readdir(runs)).sort();

test('what received nothing goes, and what is saved; the only copy of a journal stays', async () => {
  const dead = deadPid();
  const run = await saved('saved', 'bytes and more');
  await incoming('saved', dead, 'bytes');
  await incoming('never-began', dead, '');
  const cut = await incoming('cut', dead, 'bytes');
  const shorter = await saved('shorter', 'bytes');
  const longer = await incoming('shorter', dead, 'bytes and more');
  await removeLeftovers(runs);
  expect(await names()).toEqual([cut, longer, run, shorter].sort());
});

test('directories of programs that live stay, whatever they hold', async () => {
  const run = await saved('saved', 'bytes');
  const living = [
    await incoming('saved', process.pid, 'bytes'),
    await incoming('begins', process.pid, ''),
  ];
  for (const name of living) await markOwner(join(runs, name));
  await removeLeftovers(runs);
  expect(await names()).toEqual([run, ...living].sort());
});

test('a pid of an earlier boot is nobody, one of another machine nobody here can judge', async () => {
  const earlier = await incoming('rebooted', process.pid, '');
  await writeFile(join(runs, earlier, ownerFile), `${hostname()}\nanother-boot\n`);
  const elsewhere = await incoming('elsewhere', deadPid(), '');
  await writeFile(join(runs, elsewhere, ownerFile), `not-${hostname()}\nanother-boot\n`);
  await removeLeftovers(runs);
  expect(await names()).toEqual([elsewhere]);
});
