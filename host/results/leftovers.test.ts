import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeLeftovers } from './leftovers.ts';

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

test('of a saved run all goes, of others what received nothing, of living programs nothing', async () => {
  const { pid: dead = 0 } = spawnSync('true');
  await incoming('saved', dead, 'bytes');
  await incoming('never-began', dead, '');
  const partial = await incoming('cut', dead, 'bytes');
  const living = await incoming('saved', process.pid, '');
  await removeLeftovers(runs, 'saved');
  expect((await readdir(runs)).sort()).toEqual([partial, living].sort());
});
