import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { expect, onTestFinished, test } from 'vitest';
import { journalEventSchema } from '../agent/contract/events.ts';
import { PROTOCOL_VERSION } from '../agent/contract/version.ts';
import { decodeLine } from '../agent/contract/wire.ts';
import { percentileMinimum } from '../host/analysis/statistics/percentiles.ts';
import { writeSamples } from '../host/archive/export/parquet.ts';
import { exitCodes } from '../host/errors.ts';
import { readJournal } from '../host/journal/journal.ts';
import { effortFrom } from '../host/plan/effort.ts';
import { boardEnvironment } from '../host/plan/run-context.ts';
import { JournalBuilder, testCell, testPlan } from './support/journal-builder.ts';

const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => join('docs', path));
/** All pages of a folder of docs/ as one text. */
const folder = (name: string) =>
  pages
    .filter((path) => path.startsWith(`docs/${name}/`))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
const protocol = folder('protocol');
const methodology = folder('methodology');
const eventKinds = journalEventSchema.def.options.map(({ shape }) => shape.kind.def.values[0]);

/** Explained once for all events. */
const common = ['seq', 'kind', 't_ns', 'process'];

/** The text below a heading, up to the next heading of its level or above; null without it. */
function section(markdown: string, heading: string): string | null {
  const lines = markdown.split('\n');
  const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (from < 0) return null;
  const level = lines[from]?.indexOf(' ') ?? 0;
  const isNext = (line: string) => /^#+ /.test(line) && line.indexOf(' ') <= level;
  const length = lines.slice(from + 1).findIndex(isNext);
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join('\n');
}

/** Body rows of the first table in the text, as trimmed cells without markup. */
function tableRows(markdown: string | null): string[][] {
  const lines = (markdown ?? '').split('\n');
  const from = lines.findIndex((line) => /^\| *-+/.test(line.replaceAll(':', '')));
  const after = from < 0 ? [] : lines.slice(from + 1);
  const length = after.findIndex((line) => !line.startsWith('|'));
  return after
    .slice(0, length < 0 ? undefined : length)
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.replace(/[`*†]/g, '').trim()));
}

test.each(eventKinds)('docs/protocol describes %s, and its example is one', (kind) => {
  const text = section(protocol, kind ?? '');
  const [, line = ''] = /```json\n(.*)\n```/.exec(text ?? '') ?? [];
  const decoded = decodeLine(line);
  expect(decoded).toMatchObject({ ok: true, event: { kind } });
  const fields = Object.keys(decoded.ok ? decoded.event : {});
  const described = fields.filter((field) => !common.includes(field));
  for (const field of described) expect(text).toContain(`\`${field}`);
});

test('docs/protocol describes no kind of event that there is not', () => {
  const events = pages
    .filter((path) => path.includes('events-of-'))
    .map((path) => readFileSync(path, 'utf8'));
  const headings = events.join('\n').match(/^##+ .+$/gm) ?? [];
  expect(headings.map((heading) => heading.replace(/^#+ /, '')).sort()).toEqual(
    [...eventKinds].sort(),
  );
});

test('docs/protocol names the protocol version', () => {
  expect(section(protocol, 'Versions')).toContain(`is ${PROTOCOL_VERSION}.`);
});

test('the presets of docs/methodology are those of the program', () => {
  const rows = tableRows(section(methodology, 'Presets'));
  const presets = ['quick', 'default', 'thorough'] as const;
  expect(rows).toEqual(
    presets.map((preset) => {
      const { minBlocks, maxBlocks, processBudgetMs, precision, warmUp } = effortFrom({ preset });
      const capMs = Math.min(warmUp.capMs, warmUp.capShare * processBudgetMs);
      const figures = [minBlocks, maxBlocks, processBudgetMs / 1000, capMs / 1000];
      return [preset, ...figures.map(String), `${precision * 100} %`];
    }),
  );
});

test('the default numbers of docs/methodology are those of the program', () => {
  const rows = new Map(tableRows(section(methodology, 'Default numbers')).map((r) => [r[0], r]));
  const { warmUp, minIterations, maxIterations } = effortFrom({ preset: 'default' });
  const value = (name: string) => rows.get(name)?.[1];
  expect(value('warm-up, least')).toContain(
    `${warmUp.minIterations} iterations and ${warmUp.minMs / 1000} s`,
  );
  expect(value('warm-up cap')).toContain(`${warmUp.capMs / 1000} s or ${warmUp.capShare * 100} %`);
  expect(value('steady iterations')).toContain(`${minIterations} to ${maxIterations}`);
});

test('the least sample sizes of percentiles in docs/methodology are those of the program', () => {
  const rows = tableRows(section(methodology, 'Percentiles'));
  expect(rows.map(([name, least]) => [name?.replace('.', ''), Number(least)])).toEqual(
    Object.entries(percentileMinimum),
  );
});

test('docs/methodology lists every environment key', () => {
  const rows = tableRows(section(methodology, 'Environment keys'));
  expect(rows.map(([key]) => key)).toEqual(Object.keys(boardEnvironment.shape));
});

test('docs/methodology lists every column of samples.parquet', () => {
  const directory = mkdtempSync(join(tmpdir(), 'orin-docs-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'samples.parquet');
  writeSamples(path, readJournal(new JournalBuilder(testPlan([testCell('a')])).bytes()));
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const [, ...columns] = parquetMetadata(file).schema;
  const rows = tableRows(section(methodology, 'samples.parquet'));
  expect(rows.map(([name]) => name)).toEqual(columns.map(({ name }) => name));
});

test('the README lists every exit code', () => {
  const readme = readFileSync('README.md', 'utf8');
  const table = readme.slice(Math.max(0, readme.search(/^\| *code *\| *meaning *\|/m)));
  const codes = tableRows(table).flatMap(([code = '']) => code.split('/').map(Number));
  expect(codes.sort((a, b) => a - b)).toEqual(Object.values(exitCodes).sort((a, b) => a - b));
});

/** Words of prose: what tables and blocks of code hold is looked up, not read. */
function proseWords(markdown: string): number {
  const prose = markdown.replace(/^```.*?^```/gms, '').replace(/^\|.*$/gm, '');
  return prose.split(/\s+/).filter(Boolean).length;
}

test.each(pages)('%s is read in a few minutes', (path) => {
  expect(proseWords(readFileSync(path, 'utf8'))).toBeLessThanOrEqual(1200);
});

test.each([...pages, 'README.md'])('every link of %s leads somewhere', (path) => {
  const links = readFileSync(path, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)/g);
  const dead = [...links]
    .map(([, to = '']) => to)
    .filter((to) => !existsSync(join(dirname(path), to)));
  expect(dead).toEqual([]);
});
