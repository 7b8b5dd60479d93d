import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainBoard } from '../host/fleet/fleet-board.ts';
import { createFleet } from '../host/fleet/fleet-store.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { saveTestRun } from './support/saved-run.ts';

const older = '20261123-101500-aaaaaa';
const newer = '20261124-101500-bbbbbb';
let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
  await saveTestRun(cli.runs, older, { a: 10e6, b: 5e6 });
  await saveTestRun(cli.runs, newer, { a: 9e6, b: 5e6 });
});
afterAll(() => cli.remove());

const words = /cell a .*-10 % .*faster[\s\S]*cell b .*same/;

test('runs are compared by name, and one alone with the marked baseline', async () => {
  const alone = await cli.run(['results', 'compare', newer]);
  expect(alone).toMatchObject({ code: 2, stdout: '' });
  expect(alone.stderr).toContain('no run is marked as the baseline');
  expect((await cli.run(['results', 'compare', older, newer])).stdout).toMatch(words);
  expect((await cli.run(['results', 'baseline', older])).stdout).toContain('is the baseline of');
  expect((await cli.run(['results', 'compare', newer])).stdout).toMatch(words);
  expect((await cli.run(['results'])).stdout).toContain(`${older} (baseline)`);
  const json = JSON.parse((await cli.run(['results', 'compare', newer, '--json'])).stdout);
  expect(json).toMatchObject({ schema: 'orin-remote/comparison@1', runs: [older, newer] });
  const removed = await cli.run(['results', 'baseline', older, '--remove']);
  expect(removed.stdout).toContain('no longer the baseline');
}, 120_000);

test('a verb that there is not is answered with what lists the runs', async () => {
  const { code, stderr } = await cli.run(['results', 'list']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: too many arguments.*\n {2}try: orin-remote results alone lists/);
  const other = await cli.run(['bench']);
  expect(other.stderr).toMatch(/^error: missing.*host'\n {2}try: orin-remote bench --help\n$/);
});

test('a run of two models is held against the baseline of each', async () => {
  const ids = ['aaaaaa', 'bbbbbb', 'cccccc'].map((end) => `20261125-101500-${end}`);
  const [ofOne, ofTwo, both] = ids as [string, string, string];
  const board = 'a board of its own';
  await saveTestRun(cli.runs, ofOne, { a: 10e6 }, board, { a: 'one' });
  await saveTestRun(cli.runs, ofTwo, { a: 10e6 }, board, { a: 'two' });
  await saveTestRun(cli.runs, both, { a: 9e6, b: 11e6 }, board, { a: 'one', b: 'two' });
  for (const id of [ofOne, ofTwo]) await cli.run(['results', 'baseline', id]);
  const { stdout } = await cli.run(['results', 'compare', both]);
  expect(stdout).toMatch(new RegExp(`${ofOne}[\\s\\S]*faster[\\s\\S]*${ofTwo}`));
  const json = JSON.parse((await cli.run(['results', 'compare', both, '--json'])).stdout);
  expect(json).toMatchObject({
    schema: 'orin-remote/comparisons@1',
    comparisons: [{ runs: [ofOne, both] }, { runs: [ofTwo, both] }],
  });
  const { change } = json.comparisons[0].cells[0].runs[1];
  expect(change).toMatchObject({ word: 'faster', p: expect.any(Number) });
  expect(change.p_holm).toBeGreaterThanOrEqual(change.p);
}, 120_000);

test('a note goes with the run into what is shown and exported, and leaves it verified', async () => {
  await cli.run(['results', 'note', newer, 'fan', 'off']);
  expect((await cli.run(['results', 'note', newer])).stdout).toBe('fan off\n');
  expect((await cli.run(['results', 'show', newer])).stdout).toContain('fan off');
  const markdown = await cli.run(['results', 'export', newer, '--format', 'md']);
  expect(markdown.stdout).toContain('> fan off');
  expect((await cli.run(['results', 'verify', newer])).code).toBe(0);
}, 120_000);

test('a result that cannot be read is told, and written anew from its journal', async () => {
  const path = join(cli.runs, older, 'result.json');
  const saved = await readFile(path, 'utf8');
  const old = JSON.parse(saved, (key, value) => (key === 'ort_version' ? undefined : value));
  await writeFile(path, `${JSON.stringify(old, null, 2)}\n`);
  const earlier = await cli.run(['results', 'verify', older]);
  expect(earlier).toMatchObject({ code: 0, stderr: '' });
  expect(earlier.stdout).toContain('was saved by another version');
  await writeFile(path, saved.slice(0, 1000));
  const shown = await cli.run(['results', 'show', older]);
  expect(shown.code).toBe(2);
  const advice = `results verify --repair ${older}`;
  expect(shown.stderr).toContain(advice);
  const verified = await cli.run(['results', 'verify', older]);
  expect(verified).toMatchObject({ code: 4, stderr: '' });
  expect(verified.stdout).toContain('is no result');
  expect((await cli.run(advice.split(' '))).code).toBe(0);
  expect(await readFile(path, 'utf8')).toBe(saved);
  const again = await cli.run(['results', 'verify', older]);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('to the byte') });
}, 120_000);

test('a page is written, and held against another run', async () => {
  const out = join(cli.home, 'page.html');
  const { code } = await cli.run([
    ...['results', 'export', newer, older],
    ...['--format', 'html', '-o', out],
  ]);
  expect(code).toBe(0);
  expect(await readFile(out, 'utf8')).toMatch(/id="compare"[\s\S]*faster[\s\S]*id="cells"/);
}, 120_000);

test.each(['csv', 'csv --samples', 'parquet', 'html', 'json'])(
  'a place that cannot be written is told as such: %s',
  async (format) => {
    const args = ['results', 'export', newer, '--format', ...format.split(' '), '-o'];
    const missing = await cli.run([...args, '/nonexistent-orin/x']);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('cannot write /nonexistent-orin/x');
    expect(missing.stderr).toContain('there is no such directory');
    const journal = join(cli.runs, older, 'journal.ndjson');
    const before = await readFile(journal);
    const measured = await cli.run([...args, journal]);
    expect(measured).toMatchObject({ code: 2, stdout: '' });
    expect(measured.stderr).toContain(`not written: ${journal}`);
    expect(await readFile(journal)).toEqual(before);
  },
  120_000,
);

test.each(['csv', 'csv --samples', 'parquet', 'parquet --samples', 'md', 'json'])(
  'nor does the export of a fleet run take the place of anything: %s',
  async (format) => {
    const fleets = join(cli.runs, '..', 'fleets');
    const board = plainBoard('orin-1');
    const places = { fleets, runs: cli.runs };
    const parts = { name: null, toolVersion: '0', options: {}, boards: [board] };
    const store = await createFleet(places, parts);
    await store.update(board.name, { outcome: 'done', runId: newer, isSaved: true });
    const args = ['fleet', 'export', '--format', ...format.split(' '), '-o'];
    expect(await cli.run([...args, '/nonexistent-orin/x'])).toMatchObject({ code: 2, stdout: '' });
    const files = [join(cli.runs, newer, 'samples.parquet'), join(store.directory, 'fleet.json')];
    for (const file of files) {
      const before = await readFile(file);
      const { code, stderr } = await cli.run([...args, file]);
      expect(code).toBe(2);
      expect(stderr).toContain(`not written: ${file}`);
      expect(await readFile(file)).toEqual(before);
    }
  },
  120_000,
);

test('iterations come on stdout and into a file alike', async () => {
  const args = ['results', 'export', newer, '--format', 'csv', '--samples'];
  const { stdout } = await cli.run(args);
  const out = join(cli.home, 'samples.csv');
  expect((await cli.run([...args, '-o', out])).code).toBe(0);
  expect(await readFile(out, 'utf8')).toBe(stdout);
  expect(stdout.split('\r\n').length).toBeGreaterThan(100);
}, 120_000);

test('without a terminal nothing is browsed, and it is said', async () => {
  const { code, stderr } = await cli.run(['results', '-i']);
  expect(code).toBe(2);
  expect(stderr).toContain('no terminal to browse the results on');
}, 60_000);
