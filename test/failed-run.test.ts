import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultSchema } from '../host/analysis/result/result.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { makeMarkedBase } from './support/marked-base.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

let sshd: Sshd;
let cli: Cli;
beforeAll(async () => {
  [sshd, cli] = await Promise.all([startSshd(), makeCli()]);
});
afterAll(async () => {
  await Promise.all([sshd.stop(), cli.remove()]);
});

/** Writes to a file until the disk takes no more. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(1 << 20);
  try {
    for (;;) writeSync(file, block);
  } catch {
    // Full.
  } finally {
    closeSync(file);
  }
}

const words = ['--model', 'mlp-tiny', '--threads', '1', '--quick', '--blocks', '4', '--json'];

test('a run that ends early because the disk is full fails, with what it measured saved', async ({
  skip,
}) => {
  if (process.getuid?.() !== 0) skip('mounting a small tmpfs needs root');
  const runs = join(makeMarkedBase(join(sshd.home, '.cache/orin-remote')), 'runs');
  mkdirSync(runs, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', runs]);
  try {
    let isFull = false;
    const { code, stdout, stderr } = await cli.run(
      ['bench', sshd.alias, '-F', sshd.configFile, ...words],
      {
        onStderr: (text) => {
          if (isFull || !text.includes('measured ')) return;
          isFull = true;
          fill(join(runs, 'filler'));
        },
      },
    );
    expect(code, stderr).toBe(4);
    const { run, cells } = resultSchema.parse(JSON.parse(stdout));
    expect(run.ended).toBe('failed');
    expect(run.error).toMatch(/journal cannot be written.*ENOSPC/);
    expect(cells.some(({ processes }) => processes.some(({ outcome }) => outcome === 'ok'))).toBe(
      true,
    );
  } finally {
    execFileSync('umount', [runs]);
  }
}, 120_000);

test('a line of progress tells the median of its process, as the result does', async () => {
  const { code, stdout, stderr } = await cli.run([
    'bench',
    sshd.alias,
    '-F',
    sshd.configFile,
    ...words.slice(0, -2),
    '2',
    '--json',
  ]);
  expect(code, stderr).toBe(0);
  const { cells } = resultSchema.parse(JSON.parse(stdout));
  const told = [...stderr.matchAll(/measured .* median ([\d.]+) (µs|ms)/g)].map(
    ([, value, unit]) => Number(value) * (unit === 'ms' ? 1e6 : 1e3),
  );
  const medians = cells.flatMap(({ processes }) =>
    processes.map(({ median_ns }) => median_ns ?? 0),
  );
  expect(told).toHaveLength(medians.length);
  for (const value of told) {
    // Three figures are told.
    const off = medians.map((median) => Math.abs(median / value - 1));
    expect(Math.min(...off), `${value} of ${medians.join(', ')}`).toBeLessThan(0.006);
  }
}, 120_000);

test('a run that did not start is not said to be on the board', async () => {
  const runs = join(sshd.home, '.cache/orin-remote/runs');
  execFileSync('rm', ['-rf', runs]);
  // No directory can be made where a file is, whoever asks.
  execFileSync('touch', [runs]);
  try {
    const { code, stderr } = await cli.run(['bench', sshd.alias, '-F', sshd.configFile, ...words]);
    expect(code, stderr).toBe(4);
    expect(stderr).toContain('the run did not start on board');
    expect(stderr).not.toMatch(/run \S+ (is|may)/);
    expect(stderr).not.toContain('started ');
  } finally {
    execFileSync('rm', ['-f', runs]);
  }
}, 60_000);

test('a run is said to be on the board from its first byte on', async () => {
  let isStopped = false;
  const { code, stderr } = await cli.run(['bench', sshd.alias, '-F', sshd.configFile, ...words], {
    onStderr: (text, interrupt) => {
      if (isStopped || !text.includes('started ')) return;
      isStopped = true;
      interrupt('SIGTERM');
    },
  });
  expect(code, stderr).toBe(143);
  const [, id = ''] = /run (\S+) is on board/.exec(stderr) ?? [];
  expect(
    JSON.parse(await readFile(join(sshd.home, '.cache/orin-remote/runs', id, 'plan.json'), 'utf8')),
  ).toMatchObject({ runId: id });
  const attached = await cli.run(['attach', sshd.alias, id, '-F', sshd.configFile]);
  expect(attached.code, attached.stderr).toBe(0);
}, 120_000);
