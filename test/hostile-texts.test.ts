import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { cleanJson, cleanLine, cleanOutput, cleanText } from '../agent/contract/clean-text.ts';
import { type Plan, planFields } from '../agent/contract/plan.ts';
import { PROTOCOL_VERSION } from '../agent/contract/version.ts';
import { decodeLine } from '../agent/contract/wire.ts';
import { runFiles } from '../host/archive/directory.ts';
import { cellsCsv } from '../host/archive/export/csv.ts';
import { resultMarkdown } from '../host/archive/export/markdown.ts';
import { listRuns, openRun } from '../host/archive/saved-runs.ts';
import { OrinError } from '../host/errors.ts';
import { plainBoard } from '../host/fleet/fleet-board.ts';
import { describeRun } from '../src/report/run-detail.ts';
import { describeRuns } from '../src/report/run-list.ts';
import { describeFailure } from '../src/terminal/failure.ts';
import { jsonText, oneRow } from '../src/terminal/print.ts';
import {
  arbitraryEvent,
  arbitraryOf,
  eventKinds,
  journalText,
} from './support/arbitrary-events.ts';
import { runOf, shownOfRun, shownWhileFollowing } from './support/every-output.ts';
import { terminalLike } from './support/frames.ts';
import { hostileText, hostileTexts, obeyed } from './support/hostile-texts.ts';
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

/** Every event and every plan with every text hostile that the schema lets be any. */
const taste = {
  text: hostileText,
  fields: {
    process: fc.integer({ min: 0, max: 1 }),
    cell: fc.oneof(
      fc.constantFrom('a', 'b'),
      hostileText.map((text) => text.slice(0, 120)),
    ),
    block: fc.integer({ min: 0, max: 3 }),
  },
};
const hostilePlan = arbitraryOf(planFields, taste).map((any) => {
  const plan = any as Plan;
  const named = ['a', 'b'].map((id, at) => ({
    ...(plan.cells[at % plan.cells.length] as Plan['cells'][number]),
    id,
    model: 'mlp-tiny',
    purpose: 'measure' as const,
  }));
  const { models, runId } = testPlan(named);
  const hostile = models.map((model) => ({ ...model, name: hostileTexts[0] ?? '' }));
  return {
    ...plan,
    protocol: PROTOCOL_VERSION,
    runId,
    models: hostile,
    cells: named,
    order: [],
    earlier: {},
  };
});
const hostileJournal = fc
  .tuple(hostilePlan, ...eventKinds.map((kind) => arbitraryEvent(kind, taste)))
  .map(([plan, ...events]) => {
    const [hello, ...rest] = events as { readonly kind: string }[];
    const begun = rest.filter(({ kind }) => kind === 'process');
    const others = rest.filter(({ kind }) => kind !== 'process');
    const head = { ...hello, protocol: PROTOCOL_VERSION, plan, runId: plan.runId };
    return journalText([head, ...begun.map((event) => ({ ...event, cell: 'a' })), ...others]);
  });

test('no text of any event reaches any output so that something obeys it', () => {
  fc.assert(
    fc.property(hostileJournal, hostileText, (text, board) => {
      const problems = text.split('\n').flatMap((line) => {
        const decoded = line === '' ? { ok: true as const } : decodeLine(line);
        return decoded.ok ? [] : [decoded.problem];
      });
      // The generator gives what fits the schema, or this proves nothing.
      expect(problems).toEqual([]);
      const { run, journal } = runOf(text);
      const noted = { ...run, note: cleanText(board) };
      for (const { where, text: words } of [
        ...shownOfRun(noted, journal),
        ...shownWhileFollowing(text, cleanLine(board)),
      ]) {
        expect([where, obeyed.exec(words)?.[0] ?? null]).toEqual([where, null]);
        if (where === 'html') expect(words).not.toMatch(/<script|&#x202e;/i);
        if (where === 'md') expect(words).not.toMatch(/(?<!\\)\]\(http|(?<!\\)&#x202e|https:\/\//i);
        if (where.endsWith('csv')) expect(words).not.toMatch(/(?:^|,|\n)"?[=@]/);
      }
      expect(cleanJson(text)).not.toMatch(obeyed);
      expect(cleanJson(text).split('\n').filter(Boolean).map(asJson)).toEqual(
        text.split('\n').filter(Boolean).map(asJson),
      );
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 300_000);

const asJson = (line: string): unknown => JSON.parse(line);

test('the door lets lines and colours of ours through, and nothing else', () => {
  for (const text of hostileTexts) {
    const shown = cleanOutput(`\u001b[31m${text}\u001b[0m\r\nnext`);
    expect(shown.startsWith('\u001b[31m')).toBe(true);
    expect(shown.endsWith('\u001b[0m\r\nnext')).toBe(true);
    const words = shown.slice('\u001b[31m'.length, -'\u001b[0m\r\nnext'.length);
    // The line end of CSV passes whole; a lone return would move the cursor.
    expect(words.replaceAll('\r\n', '\n')).not.toMatch(obeyed);
    expect(oneRow(text)).not.toMatch(/[\n\t]/);
    expect(cleanText(text, 30)).not.toMatch(obeyed);
  }
});

test('an error is clean whatever went into it', () => {
  for (const text of hostileTexts) {
    const error = new OrinError({ code: 'usage', what: text, why: text, next: text, board: text });
    expect(`${describeFailure(error)}${error.board}`).not.toMatch(obeyed);
  }
});

test('names of run directories, notes, fleets and their boards are clean where they are read', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'orin-hostile-'));
  onTestFinished(() => rm(runs, { recursive: true, force: true }));
  const names = hostileTexts
    .map((text) => text.replaceAll('/', '').slice(0, 60))
    .filter((text) => Buffer.from(text).toString() === text);
  for (const name of names) {
    await mkdir(join(runs, name));
    await writeFile(join(runs, name, runFiles.note), name);
  }
  const listed = await listRuns(runs);
  expect(listed).toHaveLength(new Set(names).size);
  expect(describeRuns(listed, terminalLike())).not.toMatch(obeyed);
  const unknown: Error = (await openRun(runs, 'no such run').catch(
    (error: Error) => error,
  )) as never;
  expect(describeFailure(unknown as OrinError)).not.toMatch(obeyed);
  expect(jsonText(listed)).not.toMatch(obeyed);
  for (const text of hostileTexts) {
    const board = plainBoard('orin', { name: text, tags: [text] });
    expect([board.name, ...board.tags].join()).not.toMatch(obeyed);
  }
});
