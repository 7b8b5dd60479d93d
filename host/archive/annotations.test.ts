import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks } from '../../test/support/journal-runs.ts';
import { resultFromJournal } from '../analysis/compute.ts';
import { readJournal } from '../journal/journal.ts';
import {
  baselinesFor,
  markBaseline,
  namesakes,
  readBaselines,
  unmarkBaseline,
} from './baselines.ts';
import { compareRuns } from './compare-runs.ts';
import { runFiles, saveRun } from './directory.ts';
import { writeNote } from './run-note.ts';
import { listRuns, openRun } from './saved-runs.ts';
import { verifyRun } from './verify.ts';

let runs: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'orin-notes-'));
});
afterEach(() => rm(runs, { recursive: true, force: true }));

const journalOf = (runId: string) =>
  blocks(new JournalBuilder({ ...testPlan([testCell('a')]), runId }), { a: 1e6 }, 5)
    .bye()
    .bytes();

async function save(runId: string, bytes = journalOf(runId), pid = 1): Promise<string> {
  const directory = join(runs, `.incoming-${runId}-${pid}`);
  await mkdir(directory);
  await writeFile(join(directory, runFiles.journal), bytes, { mode: 0o600 });
  const journal = readJournal(bytes);
  return (await saveRun(runs, directory, resultFromJournal(journal), journal)).directory;
}

const first = '20261123-101500-aaaaaa';
const second = '20261124-101500-bbbbbb';

test('a note is told with its run, and the measured data verify as before', async () => {
  const directory = await save(first);
  expect((await openRun(runs, first)).note).toBeNull();
  await writeNote(directory, ' fan at full speed\nsecond line ');
  expect((await openRun(runs, first)).note).toBe('fan at full speed\nsecond line');
  expect((await listRuns(runs))[0]?.note).toBe('fan at full speed\nsecond line');
  expect((await verifyRun(directory)).state).toBe('same');
  await writeNote(directory, '  ');
  expect(await readdir(directory)).not.toContain(runFiles.note);
});

test('what a note may not hold is taken out of it, even if someone wrote the file by hand', async () => {
  const directory = await save(first);
  const hostile = '\u001b[31mred\u001b]0;title\u0007 \u202etxt\u0000';
  expect(await writeNote(directory, hostile)).toBe('red txt');
  await writeFile(join(directory, runFiles.note), hostile);
  expect((await openRun(runs, first)).note).toBe('red txt');
  expect((await writeNote(directory, 'x'.repeat(9_000)))?.length).toBeLessThanOrEqual(2_000);
});

test('a note outlives the same run collected again with more of its journal', async () => {
  const bytes = journalOf(first);
  const directory = await save(first, bytes.subarray(0, bytes.length - 500), 1);
  await writeNote(directory, 'kept');
  await save(first, bytes, 2);
  expect(await openRun(runs, first)).toMatchObject({
    note: 'kept',
    result: { run: { ended: 'completed' } },
  });
});

test('every file of a saved run is for its owner only', async () => {
  const directory = await save(first);
  await writeNote(directory, 'mine');
  await markBaseline(runs, (await openRun(runs, first)).result);
  const files = [...(await readdir(directory)).map((name) => join(directory, name))];
  for (const path of [...files, join(runs, 'baselines.json')]) {
    expect((await stat(path)).mode & 0o077, path).toBe(0);
  }
});

test('one run is the baseline of a board and model, until another is or it is taken away', async () => {
  await save(first);
  await save(second);
  const [a, b] = [await openRun(runs, first), await openRun(runs, second)];
  await markBaseline(runs, a.result);
  expect(baselinesFor(await readBaselines(runs), b.result)).toMatchObject([{ runId: first }]);
  expect(baselinesFor(await readBaselines(runs), a.result)).toEqual([]);
  await markBaseline(runs, b.result);
  expect(baselinesFor(await readBaselines(runs), a.result)).toMatchObject([{ runId: second }]);
  expect((await listRuns(runs)).map(({ baselineOf }) => baselineOf?.length)).toEqual([1, 0]);
  expect(await unmarkBaseline(runs, second)).toHaveLength(1);
  expect(await readBaselines(runs)).toEqual([]);
  expect(await unmarkBaseline(runs, second)).toEqual([]);
});

test('a baseline is of a content: another file of its name is said to be one', async () => {
  const named = (runId: string, model: string) => {
    const plan = testPlan([testCell('a', { model })]);
    const models = plan.models.map((each) => ({ ...each, name: 'model.onnx' }));
    return blocks(new JournalBuilder({ ...plan, models, runId }), { a: 1e6 }, 5)
      .bye()
      .bytes();
  };
  await save(first, named(first, 'one'));
  await save(second, named(second, 'other'));
  const [a, b] = [await openRun(runs, first), await openRun(runs, second)];
  await markBaseline(runs, a.result);
  const all = await readBaselines(runs);
  expect(all).toMatchObject([{ model: 'one', modelName: 'model.onnx', runId: first }]);
  expect(baselinesFor(all, b.result)).toEqual([]);
  expect(namesakes(all, b.result)).toEqual(all);
  expect(namesakes(all, a.result)).toEqual([]);
  const { cells } = compareRuns(a.result, [b.result]);
  expect(cells.map(({ label, entries }) => [label, entries.map((each) => each !== null)])).toEqual([
    [`a · model.onnx (one)`, [true, false]],
    [`a · model.onnx (other)`, [false, true]],
  ]);
});

test('a damaged list of baselines is told, and hides no run', async () => {
  await save(first);
  await writeFile(join(runs, 'baselines.json'), '{"schema":"other"}');
  await expect(readBaselines(runs)).rejects.toMatchObject({ code: 'results-unreadable' });
  expect(await listRuns(runs)).toHaveLength(1);
  expect((await openRun(runs, first)).baselineOf).toEqual([]);
  expect(await readFile(join(runs, 'baselines.json'), 'utf8')).toBe('{"schema":"other"}');
});
