import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FleetRecord, fleetRecordSchema } from '../host/fleet/fleet-record.ts';
import type { FleetReport } from '../host/fleet/fleet-report.ts';
import { type Boards, startBoards } from './support/boards.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
import { agentProcesses } from './support/processes.ts';

const short = [
  '--model',
  'mlp-tiny',
  '--threads',
  '1',
  '--quick',
  '--blocks',
  '1',
  '--telemetry',
  'off',
];
const all = ['orin-[1-2]', 'orin-cut', 'orin-no', 'orin-gone'];

async function recordOf(cli: Cli): Promise<FleetRecord> {
  const fleets = join(cli.runs, '..', 'fleets');
  const [id = ''] = (await readdir(fleets)).sort().reverse();
  return fleetRecordSchema.parse(
    JSON.parse(await readFile(join(fleets, id, 'fleet.json'), 'utf8')),
  );
}

/** A run on a board has begun to write. */
async function hasJournal(runs: string): Promise<boolean> {
  for (const id of await readdir(runs).catch(() => [])) {
    const journal = await stat(join(runs, id, 'journal.ndjson')).catch(() => null);
    if (journal !== null && journal.size > 0) return true;
  }
  return false;
}

async function untilJournal(home: string): Promise<void> {
  while (!(await hasJournal(join(home, '.cache/orin-remote/runs')))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function parquetRows(path: string): Promise<Record<string, unknown>[]> {
  return await parquetReadObjects({ file: await asyncBufferFromFile(path) });
}

function outcomes(record: FleetRecord): Record<string, string> {
  return Object.fromEntries(record.boards.map(({ board, outcome }) => [board.name, outcome]));
}

describe('five boards: two well, one that dies, one that refuses, one that is not there', () => {
  let cli: Cli;
  let boards: Boards;
  let first: CliResult;
  let record: FleetRecord;

  beforeAll(async () => {
    cli = await makeCli();
    boards = await startBoards(
      {
        'orin-1': {},
        'orin-2': {},
        'orin-cut': {},
        'orin-no': { keyOptions: 'command="echo only this"' },
      },
      ['orin-gone'],
    );
    let isKilled = false;
    first = await cli.run(['fleet', ...all, '-F', boards.configFile, ...short], {
      onStderr(text) {
        if (isKilled || !/^orin-cut .* measuring /m.test(text)) return;
        isKilled = true;
        void kill(boards.board('orin-cut').home);
      },
    });
    record = await recordOf(cli);
  }, 120_000);
  afterAll(async () => {
    await boards.stop();
    await cli.remove();
  });

  async function kill(home: string): Promise<void> {
    await untilJournal(home);
    for (const pid of await agentProcesses(home)) process.kill(pid, 'SIGKILL');
  }

  test('no board is a matter to the others, and each has an outcome of its own', () => {
    expect(outcomes(record), first.stderr).toEqual({
      'orin-1': 'done',
      'orin-2': 'done',
      'orin-cut': 'failed',
      'orin-no': 'failed',
      'orin-gone': 'unreachable',
    });
    expect(record.boards.map(({ failure }) => failure?.code ?? null)).toEqual([
      null,
      null,
      'run-cut',
      'forced-command',
      'unreachable',
    ]);
    expect(first.code).toBe(3);
  });

  test('progress is a line per change, board first', () => {
    const lines = first.stderr.trimEnd().split('\n');
    expect(lines.filter((line) => !/^orin-\w+ {2}\d\d:\d\d\.\d {2}/.test(line))).toEqual([]);
    const ofFirst = lines.filter((line) => line.startsWith('orin-1 '));
    const words = ['connected', 'board  ', 'planned', 'pushed', 'measuring', 'done'];
    const places = words.map((word) => ofFirst.findIndex((line) => line.includes(`  ${word}`)));
    expect(places, first.stderr).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test('the table has the boards with numbers; failures stand last, unreachable apart, then the next command', () => {
    const lines = first.stdout.trimEnd().split('\n');
    const rows = lines.filter((line) => /^ {2}orin-\d /.test(line));
    expect(rows).toHaveLength(2);
    const closing = lines.slice(-5);
    expect(closing[0]).toMatch(/^5 boards: 2 measured, 2 failed, 1 unreachable {4}median \d/);
    expect(closing.slice(1, 3).join('\n')).toMatch(/✗ orin-cut .*cut/);
    expect(closing.slice(1, 3).join('\n')).toMatch(/✗ orin-no .*only this/);
    expect(closing[3]).toMatch(/^ {2}\? orin-gone /);
    expect(closing[4]).toBe(`retry these: orin-remote fleet retry ${record.id}`);
  });

  test('the directory of the fleet run leads to the runs of its boards', async () => {
    const links = join(cli.runs, '..', 'fleets', record.id, 'boards');
    expect((await readdir(links)).sort()).toEqual(['orin-1', 'orin-2', 'orin-cut']);
    const { runId } = record.boards[1] ?? {};
    expect(await realpath(join(links, 'orin-2'))).toBe(await realpath(join(cli.runs, runId ?? '')));
  });

  test('a result names no board, and knows its number in the fleet', async () => {
    const { runId } = record.boards[0] ?? {};
    const text = await readFile(join(cli.runs, runId ?? '', 'result.json'), 'utf8');
    expect(text).not.toContain('orin-1');
    expect(text).not.toContain('orin-gone');
  });

  describe('then retry', () => {
    let again: CliResult;
    let after: FleetRecord;
    beforeAll(async () => {
      again = await cli.run(['fleet', 'retry', record.id.slice(0, 15)]);
      after = await recordOf(cli);
    }, 120_000);

    test('measures only what failed, reached and measured as before', () => {
      expect(again.stderr).not.toMatch(/^orin-[12] /m);
      expect(outcomes(after), again.stderr).toMatchObject({
        'orin-1': 'done',
        'orin-cut': 'done',
        'orin-no': 'failed',
      });
      const runOf = (of: FleetRecord, i: number) => of.boards[i]?.runId;
      expect([0, 1].map((i) => runOf(after, i))).toEqual([0, 1].map((i) => runOf(record, i)));
      expect(runOf(after, 2)).not.toBe(runOf(record, 2));
      expect(again.stderr).toMatch(/^orin-cut .*nothing to push/m);
      expect(again.code).toBe(3);
    });

    test('and the fleet run shows all that is done by now, in every format', async () => {
      const shown = await cli.run(['fleet', 'show', '--json']);
      const report = JSON.parse(shown.stdout) as FleetReport;
      expect(report.boards.map(({ name }) => name)).toEqual(['orin-1', 'orin-2', 'orin-cut']);
      expect(report.unreachable.map((group) => group.boards)).toEqual([['orin-gone']]);
      const csv = (await cli.run(['fleet', 'show', 'latest', '--output', 'csv'])).stdout;
      const [header, ...rows] = csv.trimEnd().split('\r\n');
      expect(header).toMatch(/^board,run_id,cell/);
      expect(new Set(rows.map((row) => row.split(',')[0]))).toEqual(
        new Set(['orin-1', 'orin-2', 'orin-cut']),
      );
      const markdown = (await cli.run(['fleet', 'show', '--output', 'md'])).stdout;
      expect(markdown).toContain('## Unreachable');
      const listed = (await cli.run(['fleet', 'list'])).stdout;
      expect(listed).toContain(record.id);
      expect(listed).toContain('3 done, 1 failed, 1 unreachable');
    });
  });

  test('all boards go into one Parquet file, of cells and of iterations', async () => {
    const cells = join(cli.home, 'cells.parquet');
    const samples = join(cli.home, 'samples.parquet');
    const to = (out: string) => ['fleet', 'export', '--format', 'parquet', '--out', out];
    expect((await cli.run(to(cells))).code).toBe(0);
    expect((await cli.run([...to(samples), '--samples'])).code).toBe(0);
    const csv = (await cli.run(['fleet', 'export', '--format', 'csv'])).stdout.trimEnd();
    const cellRows = await parquetRows(cells);
    expect(cellRows).toHaveLength(csv.split('\r\n').length - 1);
    expect(new Set(cellRows.map((row) => row.board))).toEqual(
      new Set(['orin-1', 'orin-2', 'orin-cut']),
    );
    const csvSamples = await cli.run(['fleet', 'export', '--format', 'csv', '--samples']);
    const sampleRows = await parquetRows(samples);
    expect(sampleRows).toHaveLength(csvSamples.stdout.trimEnd().split('\r\n').length - 1);
    const ofFirst = sampleRows.filter(({ board }) => board === 'orin-1');
    const own = join(cli.runs, record.boards[0]?.runId ?? '', 'samples.parquet');
    const withoutBoard = ofFirst.map(({ board: _, ...rest }) => rest);
    expect(withoutBoard).toEqual(await parquetRows(own));
  }, 60_000);

  test('check looks at all of them and says who can measure', async () => {
    const { code, stdout } = await cli.run(['fleet', 'check', ...all, '-F', boards.configFile]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ {2}orin-1 .* yes$/m);
    expect(stdout).toMatch(/^ {2}orin-gone .* unreachable$/m);
    expect(stdout).toMatch(/^5 boards: 3 can measure$/m);
  }, 30_000);

  test('--detach leaves all runs on their boards, and attach brings them home', async () => {
    const hosts = ['orin-1', 'orin-2', '-F', boards.configFile];
    const detached = await cli.run(['fleet', ...hosts, ...short, '--detach']);
    expect(detached.code, detached.stderr).toBe(0);
    expect(outcomes(await recordOf(cli))).toEqual({ 'orin-1': 'left', 'orin-2': 'left' });
    const attached = await cli.run(['fleet', 'attach']);
    expect(attached.code, attached.stderr).toBe(0);
    expect(outcomes(await recordOf(cli))).toEqual({ 'orin-1': 'done', 'orin-2': 'done' });
  }, 60_000);

  test('the first Ctrl-C stops all boards and keeps what was measured', async () => {
    const hosts = ['orin-1', 'orin-2', '-F', boards.configFile];
    let isStopped = false;
    const stopped = await cli.run(
      ['fleet', ...hosts, '--model', 'resnet34-cifar10', '--threads', '1', '--telemetry', 'off'],
      {
        onStderr(text, interrupt) {
          if (isStopped || (text.match(/ measuring /g) ?? []).length < 2) return;
          isStopped = true;
          const homes = ['orin-1', 'orin-2'].map((name) => boards.board(name).home);
          void Promise.all(homes.map(untilJournal)).then(() => interrupt('SIGINT'));
        },
      },
    );
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toContain('stopping all boards');
    const after = await recordOf(cli);
    expect(outcomes(after)).toEqual({ 'orin-1': 'cancelled', 'orin-2': 'cancelled' });
    expect(after.boards.every(({ isSaved }) => isSaved)).toBe(true);
    expect(await agentProcesses(boards.board('orin-1').home)).toEqual([]);
  }, 60_000);
});
