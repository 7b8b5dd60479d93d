import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { openSpool } from '../archive/journal-spool.ts';
import { readBoardJournal } from './board-journal.ts';

const plan = testPlan([testCell('c1')]);
const bytes = new JournalBuilder(plan)
  .process({ cell: 'c1', block: 0, durations_ns: around(5e6, 5_000) })
  .bye()
  .bytes();

async function kindsOf(runs: string): Promise<string[]> {
  const kinds: string[] = [];
  for await (const events of readBoardJournal(runs, plan.runId)) {
    kinds.push(...events.map(({ kind }) => kind));
  }
  return kinds;
}

async function runsDirectory(): Promise<string> {
  const runs = await mkdtemp(join(tmpdir(), 'orin-journals-'));
  onTestFinished(() => rm(runs, { recursive: true, force: true }));
  return runs;
}

test('a run that is being received is read as far as it came, and the saved one to its end', async () => {
  const runs = await runsDirectory();
  expect(await kindsOf(runs)).toEqual([]);
  const spool = await openSpool(runs, plan.runId, { isLean: true });
  // Cut in the middle of a line: that one has not come yet.
  const part = bytes.subarray(0, bytes.length - 10);
  const heard = await spool.append(Buffer.from(part));
  expect(await kindsOf(runs)).toEqual(heard.map(({ kind }) => kind));
  await spool.append(Buffer.from(bytes.subarray(part.length)));
  await rename(spool.directory, join(runs, plan.runId));
  const kinds = await kindsOf(runs);
  expect(kinds.at(-1)).toBe('bye');
  expect(kinds.filter((kind) => kind === 'iter').length).toBeGreaterThan(0);
  await spool.discard();
});

test('a run without a journal is none', async () => {
  const runs = await runsDirectory();
  await mkdir(join(runs, plan.runId));
  expect(await kindsOf(runs)).toEqual([]);
});
