import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { resultSchema } from '../host/analysis/result/result.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
import { LaidRun, makeRun } from './support/followed-run.ts';
import { agentProcesses } from './support/processes.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

let sshd: Sshd;
let desk: Cli;
let laptop: Cli;
beforeAll(async () => {
  [sshd, desk, laptop] = await Promise.all([startSshd(), makeCli(), makeCli()]);
});
afterEach(async () => {
  expect(await agentProcesses(sshd.home)).toEqual([]);
});
afterAll(async () => {
  await Promise.all([sshd.stop(), desk.remove(), laptop.remove()]);
});

const base = (): string => join(sshd.home, '.cache/orin-remote');

/** A command to the board, with the options by which it is reached. */
async function on(cli: Cli, ...[command = '', ...rest]: readonly string[]): Promise<CliResult> {
  return await cli.run([command, sshd.alias, '-F', sshd.configFile, ...rest]);
}

function resultOf({ code, stdout, stderr }: CliResult) {
  expect(stdout, `exit ${code}: ${stderr}`).toMatch(/^\{/);
  return resultSchema.parse(JSON.parse(stdout));
}

/** Starts a run and leaves it; gives its id. */
async function detached(cli: Cli, ...options: readonly string[]): Promise<string> {
  const short = ['--model', 'mlp-tiny', '--threads', '1', '--detach'];
  const { code, stdout, stderr } = await on(cli, 'bench', ...short, ...options);
  expect(code, stderr).toBe(0);
  const id = stdout.trim();
  expect(stderr).toContain(`orin-remote attach board ${id} --ssh-config ${sshd.configFile}`);
  return id;
}

async function runsOnBoard() {
  return JSON.parse((await on(desk, 'runs', '--json')).stdout);
}

test('a detached run is found, followed and collected from another machine', async () => {
  const id = await detached(desk, '--blocks', '3');
  expect(await readdir(desk.runs).catch(() => [])).toEqual([]);
  expect(await runsOnBoard()).toMatchObject([
    { runId: id, state: 'running', owner: expect.stringContaining('@'), processesAtMost: 6 },
  ]);
  expect((await on(desk, 'doctor')).stdout).toContain(`${id} of`);
  const busy = await on(laptop, 'bench', '--model', 'mlp-tiny', '--blocks', '1');
  expect(busy.code).toBe(4);
  expect(busy.stderr).toContain('orin-remote attach board');

  const attached = await on(laptop, 'attach', '--json');
  expect(attached.code, attached.stderr).toBe(0);
  for (const word of ['attached ', 'planned ', 'measured ']) {
    expect(attached.stderr).toContain(word);
  }
  const result = resultOf(attached);
  expect(result).toMatchObject({ run_id: id, run: { ended: 'completed' } });
  expect(result.run.journal).toMatchObject({ is_verified: true, problems: [] });
  expect(await readdir(join(laptop.runs, id))).toContain('mpstat.log');
  expect(await runsOnBoard()).toEqual([]);

  const again = await on(laptop, 'attach', id, '--output', 'csv');
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain(`run ${id} is saved here already (completed)`);
  expect(again.stdout).toContain('median_ns');
  const elsewhere = await on(desk, 'attach', id);
  expect(elsewhere.code).toBe(2);
  expect(elsewhere.stderr).toContain('collected from another machine');
  const none = await on(laptop, 'attach');
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('no run on board');
}, 120_000);

test('a run is cancelled from another machine: what it measured is collected, exit code 0', async () => {
  const id = await detached(desk, '--blocks', '40');
  const result = await on(laptop, 'cancel', '--json');
  expect(result.code, result.stderr).toBe(0);
  expect(resultOf(result)).toMatchObject({
    run_id: id,
    run: { ended: 'cancelled', journal: { is_verified: true } },
  });
  expect(await runsOnBoard()).toEqual([]);
}, 120_000);

test('cancelled without collecting, a run waits: nothing removes it but collecting, or force', async () => {
  const id = await detached(desk, '--blocks', '40');
  const cancelled = await on(laptop, 'cancel', id, '--no-collect');
  expect(cancelled.code, cancelled.stderr).toBe(0);
  expect(cancelled.stdout).toBe('');
  expect(await runsOnBoard()).toMatchObject([{ runId: id, state: 'finished' }]);
  const refused = await on(desk, 'clean');
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain(id);
  expect(resultOf(await on(desk, 'attach', '--json')).run.ended).toBe('cancelled');
}, 120_000);

test('a supervisor that is killed: the run is collected as cut, exit code 4', async () => {
  const id = await detached(desk, '--blocks', '40');
  // Not by its command line: the shell that started it carries the same words for a moment.
  const pid = await readFile(join(base(), 'runs', id, 'pid'), 'utf8');
  process.kill(Number(pid), 'SIGKILL');
  await expect.poll(() => agentProcesses(sshd.home), { timeout: 10_000 }).toEqual([]);
  expect(await runsOnBoard()).toMatchObject([{ runId: id, state: 'died' }]);
  const attached = await on(desk, 'attach', '--json');
  expect(attached.code, attached.stderr).toBe(4);
  expect(attached.stderr).toMatch(/the run was cut at event \d+: its supervisor was killed/);
  const result = resultOf(attached);
  expect(result.run.ended).toBe('cut');
  expect(result.warnings[0]?.text).toContain('the run was cut at event');
  expect(await runsOnBoard()).toEqual([]);
}, 120_000);

test('of several runs attach wants to know which, and names them; the beginning of an id is enough', async () => {
  const runs = join(base(), 'runs');
  const { plan, journal } = makeRun();
  const ids = ['20260101-000000-aaaaaa', '20260202-000000-bbbbbb'];
  for (const runId of ids) {
    // A journal names the run that it is of.
    const own = Buffer.from(journal.text().replaceAll(plan.runId, runId));
    const laid = await LaidRun.lay(sshd.home, { ...plan, runId }, own);
    await mkdir(runs, { recursive: true });
    execFileSync('mv', [laid.directory, runs]);
  }
  const which = await on(desk, 'attach');
  expect(which.code).toBe(2);
  for (const id of ids) expect(which.stderr).toContain(`${id} (died)`);
  const listed = await on(desk, 'runs');
  expect(listed.stdout).toMatch(/20260202-000000-bbbbbb +died +16 of at most/);
  for (const id of ids) {
    expect((await on(desk, 'attach', id.slice(0, 8), '--quiet')).code).toBe(4);
  }
  expect(await runsOnBoard()).toEqual([]);
}, 60_000);

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('skipped: a full disk on the workstation needs root, for a tmpfs');

test.skipIf(!isRoot)(
  'a disk that is full here: said at once, the run stays on the board',
  async () => {
    const small = join(desk.home, 'small');
    await mkdir(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', small]);
    try {
      const id = await detached(desk, '--blocks', '3');
      const args = ['attach', sshd.alias, '-F', sshd.configFile];
      const full = await desk.run(args, { environment: { XDG_DATA_HOME: small } });
      expect(full.code).toBe(2);
      expect(full.stdout).toBe('');
      expect(full.stderr).toContain('no space left on the device');
      expect(full.stderr).toContain(`orin-remote attach board ${id}`);
      expect(await readdir(join(small, 'orin-remote/runs'))).toEqual([]);
      expect(resultOf(await on(desk, 'attach', '--json')).run.ended).toBe('completed');
    } finally {
      execFileSync('umount', [small]);
    }
  },
  120_000,
);

test('a results directory that cannot be written is said before anything is measured', async () => {
  const closed = join(laptop.home, 'closed');
  await mkdir(closed);
  // Root may write anywhere but below a file.
  if (isRoot) await rm(closed, { recursive: true }).then(() => execFileSync('touch', [closed]));
  else await chmod(closed, 0o500);
  const args = ['bench', sshd.alias, '-F', sshd.configFile, '--model', 'mlp-tiny'];
  const refused = await laptop.run(args, { environment: { XDG_DATA_HOME: closed } });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`cannot write ${closed}`);
  expect(refused.stderr).not.toContain('started');
  expect(await runsOnBoard()).toEqual([]);
}, 60_000);
