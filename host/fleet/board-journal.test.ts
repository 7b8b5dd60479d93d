import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { openSpool } from '../archive/journal-spool.ts';
import type { RunStep } from '../journal/run-state.ts';
import { BoardJournal } from './board-journal.ts';

const plan = testPlan([testCell('c1')]);
const bytes = new JournalBuilder(plan)
  .process({ cell: 'c1', block: 0, durations_ns: around(5e6, 5_000) })
  .bye()
  .bytes();

async function stepsOf(journal: BoardJournal): Promise<RunStep[]> {
  const all: RunStep[] = [];
  for await (const steps of journal.read()) all.push(...steps);
  return all;
}

async function runsDirectory(): Promise<string> {
  const runs = await mkdtemp(join(tmpdir(), 'orin-journals-'));
  onTestFinished(() => rm(runs, { recursive: true, force: true }));
  return runs;
}

test('a run is read as far as it came, then what was added, to the end of the saved one', async () => {
  const runs = await runsDirectory();
  const journal = new BoardJournal(runs, plan);
  expect(await stepsOf(journal)).toEqual([]);
  const spool = await openSpool(runs, plan.runId, { isLean: true });
  // Cut in the middle of a line: that one has not come yet.
  const part = bytes.subarray(0, Math.floor(bytes.length / 2));
  const heard = await spool.append(Buffer.from(part));
  const first = await stepsOf(journal);
  expect(first).toHaveLength(heard.length);
  expect(first.at(-1)?.run.isOver).toBe(false);
  expect(await stepsOf(journal)).toEqual([]);
  const rest = await spool.append(Buffer.from(bytes.subarray(part.length)));
  await rename(spool.directory, join(runs, plan.runId));
  const added = await stepsOf(journal);
  expect(added).toHaveLength(rest.length);
  expect(added.at(-1)).toMatchObject({ run: { isOver: true }, change: { kind: 'ended' } });
  const whole = await stepsOf(new BoardJournal(runs, plan));
  expect(added.at(-1)?.run.cells).toEqual(whole.at(-1)?.run.cells);
  expect(whole.at(-1)?.run.cells.get('c1')?.medians_ns).toHaveLength(1);
  await spool.discard();
});

test('a run without a journal is none', async () => {
  const runs = await runsDirectory();
  await mkdir(join(runs, plan.runId));
  expect(await stepsOf(new BoardJournal(runs, plan))).toEqual([]);
});
