import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { saveTestRun } from '../../test/support/saved-run.ts';
import { runFiles } from './directory.ts';
import { openRun } from './saved-runs.ts';
import { repairResult, verifyRun } from './verify.ts';

const id = '20261123-101500-aaaaaa';
let runs: string;
let directory: string;
let path: string;
let saved: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'orin-verify-'));
  directory = await saveTestRun(runs, id, { a: 10e6, b: 5e6 });
  path = join(directory, runFiles.result);
  saved = await readFile(path, 'utf8');
});
afterEach(() => rm(runs, { recursive: true, force: true }));

/** The saved result as it would be had something else been written. */
async function rewrite(change: (key: string, value: unknown) => unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(JSON.parse(saved, change), null, 2)}\n`);
}

const newer = new Set(['ort_version', 'freq_drop', 'interrupt_burst', 'engine_build_ns', 'gpu']);

test('a result of this version that lacks keys is different, of another older', async () => {
  await rewrite((key, value) => (newer.has(key) ? undefined : value));
  expect((await verifyRun(directory)).state).toBe('different');
  expect((await verifyRun(directory, '9.9.9')).state).toBe('older');
});

test('keys that a result has not are named, in whatever state it is', async () => {
  const optional = new Set(['board', 'energy', 'attribution']);
  const result = JSON.parse(saved) as { cells: Record<string, unknown>[] };
  const lost = Object.keys(result.cells[0] ?? {}).filter((key) => optional.has(key));
  expect(lost).not.toEqual([]);
  for (const cell of result.cells) for (const key of lost) delete cell[key];
  await writeFile(path, `${JSON.stringify(result, null, 2)}\n`);
  for (const [version, state] of [
    [null, 'different'],
    ['9.9.9', 'older'],
  ] as const) {
    const verified = await verifyRun(directory, version);
    expect(verified.state).toBe(state);
    expect([...verified.missing].sort()).toEqual(lost.map((key) => `cells[].${key}`).sort());
  }
  await writeFile(path, saved);
  expect((await verifyRun(directory)).missing).toEqual([]);
});

test('samples.parquet that is not there, or holds something else, is told and repaired', async () => {
  const samples = join(directory, runFiles.samples);
  const kept = await readFile(samples);
  expect((await verifyRun(directory, '9.9.9')).samples).toBe('same');
  await writeFile(samples, Buffer.alloc(kept.length));
  expect((await verifyRun(directory, '9.9.9')).samples).toBe('different');
  await rm(samples);
  expect((await verifyRun(directory, '9.9.9')).samples).toBe('missing');
  await repairResult(directory);
  expect(await readFile(samples)).toEqual(kept);
});

describe('a result that lacks what later versions added', () => {
  test('was saved by an earlier one, and opens', async () => {
    await rewrite((key, value) => (newer.has(key) ? undefined : value));
    expect(await readFile(path, 'utf8')).not.toBe(saved);
    expect(await verifyRun(directory, '9.9.9')).toMatchObject({
      state: 'older',
      firstDifference: null,
    });
    expect((await openRun(runs, id)).result.cells).toHaveLength(2);
  });

  test('is different where a figure is, at the line of the file that is there', async () => {
    await rewrite((key, value) =>
      newer.has(key) ? undefined : key === 'n_processes' ? Number(value) + 1 : value,
    );
    const lines = (await readFile(path, 'utf8')).split('\n');
    const verified = await verifyRun(directory, '9.9.9');
    expect(verified.state).toBe('different');
    const { line = 0, saved: there = '' } = verified.firstDifference ?? {};
    expect(there).toMatch(/"n_processes": 7/);
    expect(lines[line - 1]?.trim()).toBe(there);
  });

  test.each(['cells', 'processes', 'warnings', 'comparisons'])(
    'is different where %s are fewer',
    async (list) => {
      if (list === 'warnings') {
        await rewrite((key, value) =>
          key === list ? [...(value as object[]), { code: 'x', text: 'y', cell: null }] : value,
        );
      } else {
        await rewrite((key, value) =>
          key === list && Array.isArray(value) ? value.slice(0, -1) : value,
        );
      }
      expect((await verifyRun(directory, '9.9.9')).state).toBe('different');
    },
  );
});

test.each(['median_ns', 'warnings', 'verdict', 'environment'])(
  'a file without %s is no result, and none that an earlier version saved',
  async (gone) => {
    await rewrite((key, value) => (key === gone ? undefined : value));
    expect((await verifyRun(directory, '9.9.9')).state).toBe('unreadable');
  },
);

test('something that no version writes is a difference', async () => {
  await rewrite((key, value) => (key === 'verdict' ? { ...(value as object), more: 1 } : value));
  expect((await verifyRun(directory, '9.9.9')).state).toBe('different');
});

test.each([
  ['nothing', ''],
  ['half a file', '{"schema": "orin-remote/result@2",'],
  ['another file', '{"schema": "other"}\n'],
])('%s in the place of a result is told, and repaired', async (_, text) => {
  await writeFile(path, text);
  const next = `its journal is the truth: orin-remote results verify --repair ${id}`;
  await expect(openRun(runs, id)).rejects.toMatchObject({ code: 'results-unreadable', next });
  expect((await verifyRun(directory, '9.9.9')).state).toBe('unreadable');
  await repairResult(directory);
  expect(await readFile(path, 'utf8')).toBe(saved);
  expect(await readFile(`${path}.replaced`, 'utf8')).toBe(text);
});

test('a result that is missing is written', async () => {
  await rm(path);
  expect((await verifyRun(directory, '9.9.9')).state).toBe('unreadable');
  await repairResult(directory);
  expect((await verifyRun(directory, '9.9.9')).state).toBe('same');
});
