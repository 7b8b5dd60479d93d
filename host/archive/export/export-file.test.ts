import { execFile } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { saveTestRun } from '../../../test/support/saved-run.ts';
import { runFiles } from '../directory.ts';
import { openRun, type SavedRun } from '../saved-runs.ts';
import { verifyRun } from '../verify.ts';
import { exportRun } from './export-file.ts';

const run = promisify(execFile);
const one = '20261123-101500-aaaaaa';
const other = '20261124-101500-bbbbbb';
let place: string;
let runs: string;
let saved: SavedRun;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'orin-export-'));
  runs = join(place, 'runs');
  await mkdir(runs);
  await saveTestRun(runs, one, { a: 10e6 });
  await saveTestRun(runs, other, { a: 9e6 });
  saved = await openRun(runs, one);
});
afterEach(() => rm(place, { recursive: true, force: true }));

const refused = { code: 'results-unwritable', exitCode: 2 };
const toCsv = (path: string) => exportRun(saved, { format: 'csv', path });

/** Every file of every run, by its bytes. */
async function measured(): Promise<string[]> {
  const names = await readdir(runs, { recursive: true, withFileTypes: true });
  return await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => {
        const bytes = await readFile(join(parentPath, name));
        return `${parentPath}/${name} ${bytes.toString('base64')}`;
      }),
  );
}

test.each([
  'journal.ndjson',
  'result.json',
  'samples.parquet',
  'mpstat.log',
  'note.txt',
  'deeper/x',
])('%s of this run, of another, or beside them is never written', async (name) => {
  const before = await measured();
  for (const directory of [saved.directory, join(runs, other), runs]) {
    await expect(toCsv(join(directory, name))).rejects.toMatchObject(refused);
  }
  expect(await measured()).toEqual(before);
});

test('a link, to a file or by way of a directory, does not lead to what was measured', async () => {
  const before = await measured();
  const samples = join(saved.directory, runFiles.samples);
  await symlink(samples, join(place, 'link'));
  await symlink('link', join(place, 'second'));
  await symlink(join(runs, other), join(place, 'beside'));
  await symlink(join(runs, other, 'not-there-yet'), join(place, 'dangling'));
  for (const name of ['link', 'second', 'beside/journal.ndjson', 'dangling']) {
    for (const format of ['csv', 'parquet'] as const) {
      const writing = exportRun(saved, { format, path: join(place, name) });
      await expect(writing, name).rejects.toMatchObject(refused);
    }
  }
  expect(await measured()).toEqual(before);
});

test('a report that is another name of the samples is replaced, not written through', async () => {
  const report = join(saved.directory, 'cells.csv');
  const samples = join(saved.directory, runFiles.samples);
  await symlink(samples, report);
  await expect(toCsv(report)).rejects.toMatchObject(refused);
  await rm(report);
  await link(samples, report);
  const before = await readFile(samples);
  expect(await toCsv(report)).toBe(report);
  expect(await readFile(samples)).toEqual(before);
  expect(await readFile(report, 'utf8')).toContain(one);
  expect((await verifyRun(saved.directory)).state).toBe('same');
});

test('reports go beside their own run only', async () => {
  const path = await exportRun(saved, { format: 'md', path: null });
  expect(path).toBe(join(saved.directory, 'report.md'));
  await expect(toCsv(join(runs, other, 'cells.csv'))).rejects.toMatchObject(refused);
  expect(await exportRun(saved, { format: 'json', path: null })).toContain('result.json');
  expect((await verifyRun(saved.directory)).state).toBe('same');
});

test('elsewhere a file is replaced as a whole, keeps its mode, and a link to it stays', async () => {
  const file = join(place, 'out.csv');
  await writeFile(file, 'old\n'.repeat(100_000));
  await chmod(file, 0o640);
  await symlink(file, join(place, 'link.csv'));
  await toCsv(join(place, 'link.csv'));
  expect(await readFile(file, 'utf8')).toMatch(/^run_id,/);
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  const names = await readdir(place);
  expect(names.sort()).toEqual(['link.csv', 'out.csv', 'runs']);
});

test.each([
  ['/etc/passwd/a/b', 'a part of the path is a file'],
  ['/nonexistent-orin/x', 'there is no such directory'],
  ['.', 'it is a directory'],
])('%s is refused in words', async (path, why) => {
  for (const format of ['csv', 'parquet', 'html'] as const) {
    const failure = await exportRun(saved, { format, path }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ ...refused, why: expect.stringContaining(why) });
    expect(failure).toMatchObject({ next: 'give a file in a directory that can be written' });
  }
});

test('a circle of links is refused in words', async () => {
  await symlink(join(place, 'b'), join(place, 'a'));
  await symlink(join(place, 'a'), join(place, 'b'));
  await expect(toCsv(join(place, 'a'))).rejects.toMatchObject(refused);
});

test('a pipe is written to, and is a pipe afterwards', async () => {
  const pipe = join(place, 'pipe');
  await run('mkfifo', [pipe]);
  const reading = readFile(pipe, 'utf8');
  await toCsv(pipe);
  expect(await reading).toMatch(/^run_id,/);
  expect((await stat(pipe)).isFIFO()).toBe(true);
});

test('a FIFO in the place of the run’s own samples is not waited for', async () => {
  const own = join(saved.directory, runFiles.samples);
  await rm(own);
  await run('mkfifo', [own]);
  const exporting = exportRun(saved, { format: 'parquet', path: join(place, 'copy.parquet') });
  await expect(exporting).rejects.toMatchObject({ why: 'it is no regular file' });
});

test('Parquet is a copy that others may read; one that is missing comes from the journal', async () => {
  const path = join(place, 'copy.parquet');
  await exportRun(saved, { format: 'parquet', path });
  const own = await readFile(join(saved.directory, runFiles.samples));
  expect(await readFile(path)).toEqual(own);
  await rm(join(saved.directory, runFiles.samples));
  await exportRun(saved, { format: 'parquet', path });
  const rowsOf = async (bytes: Buffer) =>
    await parquetReadObjects({
      file: bytes.buffer.slice(
        bytes.byteOffset,
        bytes.byteOffset + bytes.byteLength,
      ) as ArrayBuffer,
    });
  expect(await rowsOf(await readFile(path))).toEqual(await rowsOf(own));
});
