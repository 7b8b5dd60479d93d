import { cp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { JournalEvent } from '../agent/contract/events.ts';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, readJournal } from './support/board.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
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
const onBoard = (id: string): string => join(base(), 'runs', id);

async function on(cli: Cli, ...[command = '', ...rest]: readonly string[]): Promise<CliResult> {
  return await cli.run([command, sshd.alias, '-F', sshd.configFile, ...rest]);
}

/** Starts a run of three blocks of two cells and leaves it; gives its id. */
async function started(model = 'mlp-tiny'): Promise<string> {
  const words = ['--model', model, '--threads', '1', '--blocks', '3', '--quick', '--detach'];
  const { code, stdout, stderr } = await on(desk, 'bench', ...words);
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

/** Kills the supervisor of a segment, as a power cut would, once this is in its journal. */
async function cutWhen(
  id: string,
  segment: number,
  isTime: (events: readonly JournalEvent[]) => boolean,
): Promise<void> {
  await expect
    .poll(() => isTime(readJournal(onBoard(id), segment)), { timeout: 60_000 })
    .toBe(true);
  const pid = Number(await readFile(join(onBoard(id), 'pid'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => agentProcesses(sshd.home), { timeout: 10_000 }).toEqual([]);
}

/** In the middle of a process that comes after so many. */
const within =
  (done: number) =>
  (events: readonly JournalEvent[]): boolean => {
    const ended = ofKind(events, 'process-end').length;
    return ended >= done && ofKind(events, 'process').length > ended;
  };

function resultOf({ code, stdout, stderr }: CliResult): Result {
  expect(code, stderr).toBe(0);
  return resultSchema.parse(JSON.parse(stdout));
}

/** Every cell of every block of the plan has exactly one process that went well. */
function expectEachOnce({ plan, cells }: Result): void {
  const planned = plan.order.flatMap((ids, block) => ids.map((id) => `${block}/${id}`));
  const measured = cells.flatMap(({ cell, processes }) =>
    processes
      .filter(({ outcome, excluded }) => outcome === 'ok' && excluded === null)
      .map(({ block }) => `${block}/${cell}`),
  );
  expect(measured.sort()).toEqual(planned.sort());
  const numbers = cells.flatMap(({ processes }) => processes.map(({ process }) => process));
  expect(new Set(numbers).size).toBe(numbers.length);
}

async function expectVerified(cli: Cli, id: string): Promise<void> {
  const { code, stdout } = await cli.run(['results', 'verify', id]);
  expect(code, stdout).toBe(0);
}

test('a run that was cut twice goes on where it was cut, until all of its plan is measured', async () => {
  const id = await started();
  await cutWhen(id, 1, within(1));
  const before = await readFile(join(onBoard(id), 'journal.ndjson'));

  const resumed = on(desk, 'attach', '--resume', '--json');
  await cutWhen(id, 2, within(2));
  const cutAgain = await resumed;
  expect(cutAgain.code, cutAgain.stderr).toBe(4);
  expect(cutAgain.stderr).toContain(`run ${id} goes on as segment 2`);
  expect(cutAgain.stderr).toContain(
    `orin-remote attach board --ssh-config ${sshd.configFile} ${id} --resume`,
  );
  expect(resultSchema.parse(JSON.parse(cutAgain.stdout)).run.ended).toBe('cut');

  // Collected by now, and laid back on the board from here.
  expect(await readdir(join(base(), 'runs'))).toEqual([]);
  const result = resultOf(await on(desk, 'attach', id, '--resume', '--json'));
  expect(result).toMatchObject({ run_id: id, run: { ended: 'completed' } });
  expect(result.run.journal).toMatchObject({ is_verified: true, problems: [] });
  expect(result.run.journal.segments?.map(({ segment }) => segment)).toEqual([1, 2, 3]);
  expectEachOnce(result);
  const saved = join(desk.runs, id);
  expect(await readFile(join(saved, 'journal.ndjson'))).toEqual(before);
  expect(await readdir(saved)).toEqual(
    expect.arrayContaining(['journal-2.ndjson', 'journal-3.ndjson', 'mpstat.log', 'mpstat-3.log']),
  );
  expect(result.warnings.filter(({ code }) => code === 'continued')).toHaveLength(2);
  await expectVerified(desk, id);
  expect(await readdir(join(base(), 'runs'))).toEqual([]);

  const again = await on(desk, 'attach', id, '--resume', '--json');
  expect(resultOf(again)).toEqual(result);
  expect(again.stderr).toContain('there is nothing to resume');
}, 180_000);

test('a run that goes on is followed and collected from another machine, with its first segment', async () => {
  const id = await started();
  await cutWhen(id, 1, within(1));
  // A runtime that is gone is sent again.
  await rm(join(base(), 'runtimes'), { recursive: true });
  let isLeft = false;
  const left = await desk.run(['attach', sshd.alias, '-F', sshd.configFile, '--resume'], {
    onStderr: (text, interrupt) => {
      if (isLeft || !text.includes('goes on as segment 2') || !text.includes('started')) return;
      isLeft = true;
      interrupt('SIGTERM');
    },
  });
  expect(left.code, left.stderr).toBe(143);
  const listed = JSON.parse((await on(laptop, 'runs', '--json')).stdout);
  expect(listed).toMatchObject([{ runId: id, state: 'running' }]);
  expect(listed[0].processesDone).toBeGreaterThanOrEqual(1);

  const result = resultOf(await on(laptop, 'attach', '--json'));
  expect(result).toMatchObject({ run_id: id, run: { ended: 'completed' } });
  expectEachOnce(result);
  await expectVerified(laptop, id);
  expect(await readdir(join(base(), 'runs'))).toEqual([]);
}, 180_000);

test('models and inputs that are gone are sent again, the very same or none', async () => {
  const model = join(desk.home, 'mine.onnx');
  // A built-in with a description: field 6 of ModelProto, one byte long.
  await writeFile(model, Buffer.concat([makeBuiltIn('mlp-tiny'), Buffer.from([0x32, 1, 0x78])]));
  const id = await started(model);
  await cutWhen(id, 1, within(1));
  await rm(join(base(), 'store'), { recursive: true });
  await rename(model, `${model}.away`);
  await writeFile(model, makeBuiltIn('mlp-tiny'));
  const refused = await on(desk, 'attach', id, '--resume');
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain('has its models or inputs no more');
  expect(refused.stderr).toContain('mine.onnx');

  await rename(`${model}.away`, model);
  const { code, stdout, stderr } = await on(desk, 'attach', id, '--resume', '--json');
  expect(stderr).toContain('not on the board any more, and sent again: mine.onnx');
  const result = resultOf({ code, stdout, stderr });
  expect(result).toMatchObject({ run_id: id, run: { ended: 'completed' } });
  expectEachOnce(result);
  await expectVerified(desk, id);
}, 180_000);

test('what was collected before a power cut made the journal on the board shorter is kept, here and there', async () => {
  const id = await started();
  await cutWhen(id, 1, within(2));
  const aside = join(sshd.home, 'aside');
  await cp(onBoard(id), aside, { recursive: true });
  const whole = await readFile(join(aside, 'journal.ndjson'));
  expect((await on(desk, 'attach', id)).code).toBe(4);
  await rename(aside, onBoard(id));
  const shorter = whole.subarray(0, whole.indexOf('"kind":"process-end"'));
  await writeFile(join(onBoard(id), 'journal.ndjson'), shorter);

  const resumed = on(desk, 'attach', id, '--resume', '--json');
  await expect
    .poll(() => readJournal(onBoard(id), 2).length, { timeout: 60_000 })
    .toBeGreaterThan(0);
  expect(await readFile(join(onBoard(id), 'journal.ndjson'))).toEqual(whole);
  const { stderr, ...rest } = await resumed;
  expect(stderr).toContain('more of this run had been saved before');
  expectEachOnce(resultOf({ stderr, ...rest }));
  expect(await readFile(join(desk.runs, id, 'journal.ndjson'))).toEqual(whole);
  await expectVerified(desk, id);
}, 300_000);

test('a run that ended by itself is collected, and nothing measured again', async () => {
  const id = await started();
  await on(laptop, 'cancel', id, '--no-collect');
  const { stdout } = await on(desk, 'attach', id, '--resume', '--json');
  const { run } = resultSchema.parse(JSON.parse(stdout));
  expect(run).toMatchObject({ ended: 'cancelled', journal: { is_verified: true } });
  expect(run.journal.segments).toBeUndefined();
}, 300_000);
