import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
import { agentProcesses } from './support/processes.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

const short = ['--model', 'mlp-tiny', '--threads', '1', '--blocks', '2'];

describe('bench demo: no board, nothing faked', () => {
  let cli: Cli;
  let first: CliResult;
  let result: Result;

  beforeAll(async () => {
    cli = await makeCli();
    first = await cli.run(['bench', 'demo', ...short, '--json'], {
      environment: { LC_ALL: 'C.UTF-8' },
    });
    expect(first.stderr).not.toContain('✗');
    result = resultSchema.parse(JSON.parse(first.stdout));
  }, 180_000);
  afterAll(() => cli.remove());

  test('it ends well and prints one JSON document that fits the published schema', () => {
    expect(first.code).toBe(0);
    expect(result.run.ended).toBe('completed');
    expect(result.run.journal).toMatchObject({ is_verified: true, problems: [] });
    expect(result.cells.map((cell) => [cell.purpose, cell.n_processes])).toEqual([
      ['measure', 2],
      ['calibration', 2],
    ]);
  });

  test('progress is a line per change, board first, where stderr is no terminal', () => {
    const lines = first.stderr.trimEnd().split('\n');
    expect(
      lines.every((line) => /^demo {2}\d\d:\d\d\.\d {2}/.test(line)),
      first.stderr,
    ).toBe(true);
    for (const word of ['connected', 'board', 'planned', 'pushed', 'started', 'measured']) {
      expect(first.stderr).toContain(word);
    }
  });

  test('a second run sends nothing: all files are on the board', async () => {
    const again = await cli.run(['bench', 'demo', ...short, '--output', 'csv']);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/nothing to push \(\d+ files there\)/);
    expect(again.stdout.split('\n')[0]).toContain('median_ns');
  }, 60_000);

  test('the run is kept whole, verifies to the byte, and exports', async () => {
    const id = result.run_id;
    const files = await readdir(join(cli.runs, id));
    expect(files).toEqual(
      expect.arrayContaining(['journal.ndjson', 'result.json', 'samples.parquet', 'mpstat.log']),
    );
    expect(await readFile(join(cli.runs, id, 'mpstat.log'), 'utf8')).toContain('%usr');
    expect((await cli.run(['results', 'verify', id])).code).toBe(0);
    const shown = await cli.run(['results', 'show', id.slice(0, 15)]);
    expect(shown.stdout).toContain('1 thread');
    const markdown = await cli.run(['results', 'export', id, '--format', 'md']);
    expect(markdown.stdout).toContain('| 1 thread |');
    const parquet = join(cli.home, 'samples.parquet');
    await cli.run(['results', 'export', id, '--format', 'parquet', '-o', parquet]);
    const bytes = await readFile(parquet);
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    });
    expect(rows).toHaveLength(result.run.iterations);
  });

  test('ONNX Runtime phoned nobody: no log of its client, no directory of its own', async () => {
    await expect(access(join(cli.home, '.cache', 'Microsoft'))).rejects.toThrow();
    const journal = await readFile(join(cli.runs, result.run_id, 'journal.ndjson'), 'utf8');
    const pids = [...journal.matchAll(/"pid":(\d+)/g)].map(([, pid]) => pid);
    expect(pids.length).toBeGreaterThan(1);
    const logs = await readdir('/tmp');
    expect(logs.filter((name) => pids.includes(/^mat-debug-(\d+)/.exec(name)?.[1]))).toEqual([]);
  });

  test('nothing is left running, and clean leaves nothing of ours on the board', async () => {
    expect(await agentProcesses(cli.home)).toEqual([]);
    const cleaned = await cli.run(['clean', 'demo']);
    expect(cleaned.code).toBe(0);
    await expect(access(join(cli.home, '.cache', 'orin-remote', 'demo-board'))).rejects.toThrow();
  });
});

describe('a board behind a real sshd', () => {
  let cli: Cli;
  let sshd: Sshd;
  beforeAll(async () => {
    cli = await makeCli();
    sshd = await startSshd({
      homeFiles: { '.bashrc': 'echo "Welcome to the board"; echo noise >&2\n' },
    });
  });
  afterAll(async () => {
    await sshd.stop();
    await cli.remove();
  });
  const board = (): string[] => [sshd.alias, '-F', sshd.configFile];

  test('doctor, bench, doctor, clean', async () => {
    const before = await cli.run(['doctor', ...board()]);
    expect(before.code, before.stderr).toBe(0);
    expect(before.stdout).toContain('a benchmark can run');
    const bench = await cli.run(['bench', ...board(), ...short, '--affinity', '0', '--json']);
    expect(bench.code, bench.stderr).toBe(0);
    const result = resultSchema.parse(JSON.parse(bench.stdout));
    expect(result.cells[0]?.config.affinity_applied).toEqual(['0']);
    expect(bench.stdout).not.toContain(sshd.configFile);
    expect(bench.stdout).not.toContain(sshd.home);
    const after = await cli.run(['doctor', ...board(), '--json']);
    expect(JSON.parse(after.stdout)).toMatchObject({
      inventory: { runtimes: [expect.any(String)], runs: { count: 0 } },
    });
    expect((await cli.run(['clean', ...board()])).code).toBe(0);
    // ~/.cache as well: it was made for us.
    expect(await readdir(sshd.home)).not.toContain('.cache');
  }, 180_000);

  test('a dry run shows the cells and touches nothing', async () => {
    const result = await cli.run(['bench', ...board(), ...short, '--batch', '1,4', '--dry-run']);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout.match(/mlp-tiny/g)).toHaveLength(2);
    expect(result.stdout).toMatch(
      /2 blocks, each cell one fresh process that measures for up to 10 s/,
    );
    const left = await readdir(join(sshd.home, '.cache'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([
      '.orin-remote',
    ]);
  }, 60_000);
});
