import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Plan } from '../../agent/contract/plan.ts';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks } from '../../test/support/journal-runs.ts';
import { resultFromJournal } from '../analysis/compute.ts';
import { readJournal } from '../journal/journal.ts';
import { runFiles, saveRun, unwritable } from './directory.ts';
import { listRuns, openRun } from './saved-runs.ts';
import { verifyRun } from './verify.ts';

let runs: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'orin-runs-'));
});
afterEach(async () => {
  await chmod(runs, 0o700);
  await rm(runs, { recursive: true, force: true });
});

const journalOf = (runId: string): Buffer => {
  const plan: Plan = { ...testPlan([testCell('a')]), runId };
  return blocks(new JournalBuilder(plan), { a: 1e6 }, 5).bye().bytes();
};

/** A directory as a follower leaves it: the journal as it came. */
async function incoming(runId: string, bytes: Buffer, pid = 1): Promise<string> {
  const directory = join(runs, `.incoming-${runId}-${pid}`);
  await mkdir(directory);
  await writeFile(join(directory, runFiles.journal), bytes);
  return directory;
}

async function save(runId: string, bytes = journalOf(runId), pid = 1): Promise<string> {
  const journal = readJournal(bytes);
  return (
    await saveRun(runs, await incoming(runId, bytes, pid), resultFromJournal(journal), journal)
  ).directory;
}

test('a saved run is there whole, listed newest first, and opens by a beginning of its id', async () => {
  const directory = await save('20261123-101500-aaaaaa');
  await save('20261124-101500-bbbbbb');
  expect((await readdir(directory)).sort()).toEqual([
    'journal.ndjson',
    'result.json',
    'samples.parquet',
  ]);
  const listed = await listRuns(runs);
  expect(listed.map((run) => run.runId)).toEqual([
    '20261124-101500-bbbbbb',
    '20261123-101500-aaaaaa',
  ]);
  expect(listed[0]).toMatchObject({
    state: 'saved',
    ended: 'completed',
    cells: 1,
    verdicts: { VALID: 1 },
  });
  expect((await openRun(runs, '20261123')).directory).toBe(directory);
  expect((await openRun(runs, 'latest')).runId).toBe('20261124-101500-bbbbbb');
});

test('the result is what the journal gives, to the byte; a changed figure is found', async () => {
  const directory = await save('20261123-101500-aaaaaa');
  expect(await verifyRun(directory)).toMatchObject({ state: 'same', problems: [] });
  const path = join(directory, runFiles.result);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"n_processes": 5', '"n_processes": 6'));
  expect((await verifyRun(directory)).firstDifference).toMatchObject({
    saved: '"n_processes": 6,',
    computed: '"n_processes": 5,',
  });
});

test('a run that was not finished is listed as partial and opens as what it is', async () => {
  const bytes = journalOf('20261123-101500-aaaaaa');
  await incoming('20261123-101500-aaaaaa', bytes.subarray(0, bytes.length - 500));
  expect(await listRuns(runs)).toMatchObject([
    { runId: '20261123-101500-aaaaaa', state: 'partial' },
  ]);
  const run = await openRun(runs, '2026');
  expect(run).toMatchObject({ isPartial: true, result: { run: { ended: 'cut' } } });
});

test('the same run saved twice: the one with more of the journal stays', async () => {
  const id = '20261123-101500-aaaaaa';
  const bytes = journalOf(id);
  const cut = bytes.subarray(0, bytes.length - 500);
  await save(id, cut, 1);
  await save(id, bytes, 2);
  expect((await openRun(runs, id)).result.run.ended).toBe('completed');
  await save(id, cut, 3);
  expect((await openRun(runs, id)).result.run.ended).toBe('completed');
  expect(await readdir(runs)).toEqual([id]);
});

test('many programs saving at once lose nothing', async () => {
  const ids = Array.from({ length: 6 }, (_, k) => `20261123-10150${k}-aaaaaa`);
  await Promise.all([...ids, ...ids].map((id, k) => save(id, journalOf(id), k)));
  expect((await readdir(runs)).sort()).toEqual(ids);
});

test('an unknown id names the nearest, an ambiguous one its matches', async () => {
  await expect(openRun(runs, 'x')).rejects.toMatchObject({
    code: 'run-unknown',
    why: 'there are no runs yet',
  });
  await save('20261123-101500-aaaaaa');
  await save('20261124-101500-bbbbbb');
  await expect(openRun(runs, 'bbbbbb')).rejects.toMatchObject({
    code: 'run-unknown',
    why: 'the nearest is 20261124-101500-bbbbbb',
  });
  await expect(openRun(runs, '202611')).rejects.toMatchObject({
    message: '2 runs begin with 202611',
  });
});

test('a directory that is not there holds no runs; a result that is not ours is unreadable', async () => {
  expect(await listRuns(join(runs, 'none'))).toEqual([]);
  await mkdir(join(runs, 'other'));
  await writeFile(join(runs, 'other', runFiles.result), '{"schema":"orin-remote/result@9"}');
  expect(await listRuns(runs)).toMatchObject([{ runId: 'other', state: 'unreadable' }]);
  await expect(openRun(runs, 'other')).rejects.toMatchObject({ code: 'results-unreadable' });
});

test('a place that cannot be written keeps the run elsewhere and says where', async () => {
  const id = '20261123-101500-aaaaaa';
  const bytes = journalOf(id);
  const journal = readJournal(bytes);
  const spool = await incoming(id, bytes);
  // A file where the runs should be: it holds no directory, whoever asks.
  const blocked = join(runs, 'file');
  await writeFile(blocked, '');
  const failure = await saveRun(blocked, spool, resultFromJournal(journal), journal).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: 'results-unwritable', exitCode: 2 });
  const kept = /the run is kept in (\S+)/.exec(String((failure as { why: string }).why))?.[1] ?? '';
  expect((await verifyRun(kept)).state).toBe('same');
  await rm(kept, { recursive: true });
});

test('why it cannot be written is said in words', () => {
  const full = Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' });
  expect(unwritable(full, '/runs/x', '/tmp/y')).toMatchObject({
    message: 'cannot write /runs/x',
    why: 'no space left on the device; the run is kept in /tmp/y',
    next: 'make room, then: mv /tmp/y /runs/x',
  });
  expect(unwritable(full, "/my runs/it's", '/tmp/$y')).toMatchObject({
    next: `make room, then: mv '/tmp/$y' '/my runs/it'\\''s'`,
  });
});

test('a journal that claims to be of another run does not take its place', async () => {
  const victim = '20260101-000000-victim';
  const saved = await save(victim);
  const before = await readFile(join(saved, runFiles.result), 'utf8');
  const bytes = journalOf(victim);
  const journal = readJournal(bytes);
  const spool = await incoming('20260102-000000-other', bytes);
  const saving = saveRun(runs, spool, resultFromJournal(journal), journal);
  const error = await saving.catch((thrown: unknown) => thrown as { code: string; next: string });
  expect(error).toMatchObject({ code: 'journal-damaged' });
  // Whoever followed the run removes its spool: what came is kept elsewhere, where it says.
  const [, kept = ''] = /is kept in (\S+)$/.exec('next' in error ? error.next : '') ?? [];
  expect(kept).toContain('20260102-000000-other');
  await rm(spool, { recursive: true });
  expect(await readFile(join(kept, runFiles.journal))).toEqual(Buffer.from(bytes));
  await rm(kept, { recursive: true });
  expect(await readFile(join(saved, runFiles.result), 'utf8')).toBe(before);
});

test.each([runFiles.result, runFiles.journal])(
  'a FIFO in place of %s is refused, and nothing waits for its writer',
  async (name) => {
    const directory = await save('20261123-101500-aaaaaa');
    await rm(join(directory, name));
    execFileSync('mkfifo', [join(directory, name)]);
    expect(await listRuns(runs)).toHaveLength(1);
    const read = name === runFiles.result ? openRun(runs, 'latest') : verifyRun(directory);
    await expect(read).rejects.toMatchObject({
      code: 'results-unreadable',
      why: 'it is no regular file',
    });
  },
);
