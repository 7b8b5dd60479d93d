import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gpuRun } from '../../../test/support/gpu-run.ts';
import {
  around,
  JournalBuilder,
  testCell,
  testPlan,
} from '../../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../../test/support/journal-runs.ts';
import { readJournal } from '../../journal/journal.ts';
import { boardCellRows, cellsCsv, samplesCsv } from './csv.ts';
import { resultMarkdown } from './markdown.ts';
import { writeSamples } from './parquet.ts';

const durations_ns = around(1e6, 100);
durations_ns[60] = 9e6;
const journal = new JournalBuilder(testPlan([testCell('a'), testCell('b', { affinity: '1-5' })]))
  .process({
    cell: 'a',
    block: 0,
    durations_ns,
    warmUp: 10,
    preempted: [[60, 2]],
    faults: [[61, 3, 1]],
  })
  .process({
    cell: 'b',
    block: 0,
    durations_ns: around(2e6, 70),
    cpusAllowed: '1-5',
    collections: [5],
  })
  .bye()
  .bytes();

/** Reads CSV by RFC 4180, quotes and all. */
function parseCsv(text: string): string[][] {
  return text
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
}

describe('samples.parquet', () => {
  test('gives back every iteration, with types and labels', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'orin-parquet-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'samples.parquet');
    writeSamples(path, readJournal(journal));
    const bytes = await readFile(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(170);
    expect(rows.map((row) => row.dt_ns)).toEqual(
      [...durations_ns, ...around(2e6, 70)].map((value) => BigInt(value)),
    );
    expect(rows[60]).toMatchObject({
      run_id: '20261123-101500-3fa9c1',
      cell: 'a',
      affinity: null,
      iteration: 60,
      phase: 'steady',
      outlier: true,
      preempted: 2,
      minor_faults: 0,
      gc: false,
    });
    expect(rows[61]).toMatchObject({ outlier: false, minor_faults: 3, major_faults: 1 });
    expect(rows[9]).toMatchObject({ phase: 'warm-up' });
    expect(rows[105]).toMatchObject({
      cell: 'b',
      affinity: '1-5',
      process: 1,
      iteration: 5,
      gc: true,
    });
    const metadata = parquetMetadata(file).key_value_metadata;
    expect(metadata?.find(({ key }) => key === 'quantile_definition')?.value).toContain('type 8');
  });

  test('of a run without iterations has its columns and no rows', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'orin-parquet-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'samples.parquet');
    writeSamples(path, readJournal(new JournalBuilder(testPlan([testCell('a')])).bytes()));
    const bytes = await readFile(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    expect(parquetMetadata(file)).toMatchObject({ num_rows: 0n });
    expect(parquetMetadata(file).schema).toHaveLength(21);
  });
});

describe('CSV', () => {
  test('samples have the columns and the rows of the Parquet file', () => {
    const [header, ...rows] = parseCsv([...samplesCsv(readJournal(journal))].join(''));
    expect(header).toHaveLength(20);
    expect(rows).toHaveLength(170);
    expect(rows[60]?.slice(9)).toEqual([
      '60',
      rows[60]?.[10],
      '9000000',
      'steady',
      'true',
      '2',
      '0',
      '0',
      'false',
      'false',
      'false',
    ]);
  });

  test('no name is a formula in a spreadsheet, and numbers stay numbers', () => {
    const labels = ['=1+1', '+1', '-1', '@SUM(A1)', '5 - 1', "=cmd|' /C calc'!A0", '=a,"b"'];
    const plan = testPlan(labels.map((label, index) => testCell(`c${index}`, { label })));
    const result = resultOf(blocks(new JournalBuilder(plan), { c0: 1e6 }, 5).bye());
    const [first, ...others] = result.cells;
    const cells = first
      ? [{ ...first, outliers: { ...first.outliers, count: -1 } }, ...others]
      : [];
    const [header = [], ...rows] = parseCsv(cellsCsv({ ...result, cells }));
    const column = (name: string) => rows.map((row) => row[header.indexOf(name)]);
    expect(column('label')).toEqual(
      labels.map((label) => (label === '5 - 1' ? label : `'${label}`)),
    );
    expect(column('outliers')[0]).toBe('-1');
    const boards = parseCsv(boardCellRows('=board', result));
    expect(boards.map(([board]) => board)).toEqual(labels.map(() => "'=board"));
  });

  test('what is timed and the build of an engine are fields of every cell', () => {
    const [header = [], ...rows] = parseCsv(cellsCsv(resultOf(gpuRun())));
    const column = (name: string) => rows.map((row) => row[header.indexOf(name)]);
    expect(column('timed')).toEqual([...Array(3).fill('session.run'), 'h2d+compute+d2h']);
    expect(column('engine_build_ns')).toEqual(['', '', '', '48210000000']);
    expect(column('engine_built_by_cell')).toEqual(['', '', '', 'true']);
  });

  test('cells are one row each, with names in the header; commas and quotes survive', () => {
    const label = '1 thread, "pinned"';
    const plan = testPlan([testCell('a', { label }), testCell('b')]);
    const result = resultOf(blocks(new JournalBuilder(plan), { a: 1e6 }, 5).bye());
    const [header = [], ...rows] = parseCsv(cellsCsv(result));
    const field = (row: number, name: string) => rows[row]?.[header.indexOf(name)];
    expect(rows).toHaveLength(2);
    expect(field(0, 'label')).toBe(label);
    expect(Number(field(0, 'median_ns'))).toBe(result.cells[0]?.median_ns);
    expect(field(1, 'median_ns')).toBe('');
    expect(rows.every((row) => row.length === header.length)).toBe(true);
  });
});

test('Markdown: beside trtexec it is told what each row times, and what building its engine took', () => {
  const text = resultMarkdown(resultOf(gpuRun()));
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  expect(rows[0]).toMatch(/\| timed \| engine build \| verdict \|$/);
  expect(rows.at(-1)).toMatch(/^\| trtexec .* \| h2d\+compute\+d2h \| 48\.2 s \| \w+ \|$/);
  expect(rows[2]).toMatch(/\| session\.run \| {2}\| \w+ \|$/);
  expect(text).toMatch(
    /one `session\.run` .*; in rows of trtexec .* `h2d\+compute\+d2h` of one query/,
  );
  const alone = resultMarkdown(resultOf(gpuRun(['trtexec'])));
  expect(alone).not.toContain('session.run');
  expect(alone).toContain('Latency is what trtexec times: `h2d+compute+d2h`');
});

test('Markdown: sound cells first, figures that the interval supports, no markup from labels', () => {
  const plan = testPlan([
    testCell('missing', { threads: 2, label: 'a|b *c*' }),
    testCell('one', { label: '1 thread' }),
    testCell('three', { label: '3 threads', threads: 3 }),
  ]);
  const result = resultOf(blocks(new JournalBuilder(plan), { one: 40e6, three: 16e6 }, 6).bye());
  expect(resultMarkdown(result)).toMatchInlineSnapshot(`
    "# mlp-tiny on an unnamed board

    run 20261123-101500-3fa9c1 · 2026-11-23T10:15:00.000Z

    | cell | median, 95 % CI | p90 | p99 | per second | speed-up | harness | verdict |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | 1 thread | 40.0 ms ±0.4 % | 40.3 ms | 40.4 ms | 25.0 |  |  | VALID |
    | 3 threads | 16.0 ms ±0.4 % | 16.1 ms | 16.2 ms | 62.5 | 2.50× |  | VALID |
    | a\\|b \\*c\\* | n/a | n/a | n/a | n/a |  |  | INVALID |

    - a\\|b \\*c\\*: INVALID, not measured before the run ended. Next: run it again with more time: --budget 10m.

    Latency is the wall time of one \`session.run\` in a closed loop, inputs bound and outputs copied back. The interval is over the medians of fresh processes, at 95 % or more.
    "
  `);
});
