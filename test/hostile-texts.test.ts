import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { decodeLine } from '../agent/protocol/wire.ts';
import { runFiles } from '../host/results/directory.ts';
import { cellsCsv } from '../host/results/export/csv.ts';
import { resultMarkdown } from '../host/results/export/markdown.ts';
import { openRun } from '../host/results/saved-runs.ts';
import { describeRun } from '../src/output/run-detail.ts';
import { terminalLike } from './support/frames.ts';
import { JournalBuilder, testCell, testPlan } from './support/journal-builder.ts';
import { blocks, resultOf } from './support/journal-runs.ts';
import { saveTestRun } from './support/saved-run.ts';

const evil = '\u001b[2J\u001b]0;owned\u0007\u202eevil\u009b31m\n\t✓ all is well';

const harmless = 'evil31m ✓ all is well';

/** Every text of plain data, keys as well. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsOf(item)]);
}

const obeyed = /[^\P{Cc}\n\t]|\p{Cf}/u;

test('a plan that comes from a board holds no words that a terminal obeys', () => {
  const plan = {
    ...testPlan([
      testCell('a', {
        label: evil,
        sessionConfig: { [evil]: evil },
        inputs: [
          {
            name: evil,
            dtype: 'float32',
            shape: [1],
            source: { kind: 'fixed', sha256: '0'.repeat(64) },
          },
        ],
      }),
    ]),
    models: [
      {
        id: 'mlp-tiny',
        name: evil,
        main: evil,
        files: [{ path: evil, sha256: '0'.repeat(64), sizeBytes: 1 }],
      },
    ],
    owner: evil,
    createdUtc: evil,
    context: { models: { 'mlp-tiny': { [evil]: evil } } },
  };
  const builder = blocks(new JournalBuilder(plan), { a: 1e6 }, 5).bye();
  const hello = decodeLine(builder.text().split('\n')[0] ?? '');
  if (!hello.ok || hello.event.kind !== 'hello') throw new Error('no hello');
  const { models, cells, owner, createdUtc } = hello.event.plan;
  for (const text of [models[0]?.name, cells[0]?.label, owner, createdUtc]) {
    expect(text).toBe(harmless);
  }
  const result = resultOf(builder);
  expect(textsOf(result).filter((text) => obeyed.test(text))).toEqual([]);
  expect(result.plan.models[0]?.name).toBe(harmless);
});

test('a result from elsewhere shows nothing that a terminal obeys, in any form', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'orin-hostile-'));
  onTestFinished(() => rm(runs, { recursive: true, force: true }));
  const directory = await saveTestRun(runs, '20261123-101500-aaaaaa', { a: 9e6, b: 5e6 });
  const path = join(directory, runFiles.result);
  const foreign: unknown = JSON.parse(await readFile(path, 'utf8'), (key, value) => {
    if (key === 'warnings') return [{ code: evil, text: evil, cell: null }];
    const isFree = ['label', 'reason', 'action', 'board.model', 'board.kernel', 'message'];
    return isFree.includes(key) || key === 'quantile_definition' ? evil : value;
  });
  await writeFile(path, JSON.stringify(foreign));
  const run = await openRun(runs, 'latest');
  expect(textsOf(run.result).filter((text) => obeyed.test(text))).toEqual([]);
  expect(run.result.cells[0]?.label).toBe(harmless);
  const shown = [
    describeRun(run, terminalLike()),
    cellsCsv(run.result).replaceAll('\r\n', '\n'),
    resultMarkdown(run.result),
  ].join('');
  expect(shown).toContain('evil');
  expect(shown).not.toMatch(obeyed);
});
