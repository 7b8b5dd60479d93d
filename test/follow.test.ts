import { execFileSync } from 'node:child_process';
import {
  access,
  appendFile,
  mkdir,
  readdir,
  readFile,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyRun } from '../host/results/verify.ts';
import { requestCancel } from '../host/run/cancel.ts';
import { follow, freshRuns, LaidRun, makeRun } from './support/followed-run.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

test.each([
  ['in this boot', undefined, 'its supervisor was killed'],
  ['in another boot', 'another-boot', 'the board was restarted'],
])(
  'a run that died %s is collected as cut at its last event, and removed',
  async (_, boot, why) => {
    const { plan, journal } = makeRun(boot);
    const bytes = journal.bytes();
    const run = await LaidRun.lay(sshd.home, plan, bytes.subarray(0, bytes.length - 10));
    // After a restart the number may belong to anybody, here even to a process that looks like ours.
    if (boot) await run.startSupervisor();
    const runs = await freshRuns(sshd.home);
    const { outcome, notes, events } = await follow(run, plan, { connect: sshd.connect, runs });
    await run.endSupervisor();
    expect(events).toBe(journal.events - 1);
    expect(notes).toEqual([
      `the run was cut at event ${events}: ${why}`,
      `to measure what is missing: orin-remote attach board ${plan.runId} --resume`,
    ]);
    if (outcome.kind !== 'saved') throw new Error(outcome.kind);
    expect(outcome.result.run).toMatchObject({
      ended: 'cut',
      events,
      journal: { is_verified: false, problems: [{ kind: 'cut-line' }] },
    });
    expect(outcome.result.cells[1]?.processes.at(-1)?.outcome).toBe('unfinished');
    expect(outcome.result.warnings[0]?.text).toMatch(`the run was cut at event ${events}`);
    expect((await verifyRun(outcome.directory)).isSame).toBe(true);
    expect(await readFile(join(outcome.directory, 'mpstat.log'), 'utf8')).toContain('mpstat said');
    expect(await isThere(run.directory)).toBe(false);
  },
);

test('the command that streams is killed while the run lives: it is opened again', async () => {
  const { plan, journal } = makeRun();
  const bytes = journal.bye().bytes();
  const half = Math.floor(bytes.length / 2);
  const run = await LaidRun.lay(sshd.home, plan, bytes.subarray(0, half));
  await run.startSupervisor();
  const runs = await freshRuns(sshd.home);
  const following = follow(run, plan, { connect: sshd.connect, runs });
  await expect.poll(() => run.readers()).toHaveLength(1);
  for (const pid of await run.readers()) process.kill(pid, 'SIGKILL');
  await appendFile(run.journalPath, bytes.subarray(half));
  const { outcome } = await following;
  await run.endSupervisor();
  expect(outcome).toMatchObject({ result: { run: { journal: { is_verified: true } } } });
});

test('bytes that a full disk on the board rolled back are not kept: all is received again', async () => {
  const { plan, journal } = makeRun();
  const bytes = journal.bye().bytes();
  const half = bytes.indexOf('\n', Math.floor(bytes.length / 2)) + 1;
  const run = await LaidRun.lay(sshd.home, plan, bytes.subarray(0, half));
  await run.startSupervisor();
  const runs = await freshRuns(sshd.home);
  let seen = 0;
  const onEvent = (count: number) => {
    seen = count;
  };
  const following = follow(run, plan, { connect: sshd.connect, runs, onEvent });
  const there = bytes.subarray(0, half).toString().split('\n').length - 1;
  await expect.poll(() => seen).toBe(there);
  await appendFile(run.journalPath, '{"half":"a lin');
  await sleep(300);
  await truncate(run.journalPath, half);
  await sleep(300);
  await appendFile(run.journalPath, bytes.subarray(half));
  const { outcome, notes } = await following;
  await run.endSupervisor();
  if (outcome.kind !== 'saved') throw new Error(outcome.kind);
  expect(notes).toContain('the journal on the board is another: received again');
  expect(outcome.result.run.journal).toMatchObject({ is_verified: true, problems: [] });
  expect((await readFile(join(outcome.directory, 'journal.ndjson'))).equals(bytes)).toBe(true);
  expect(await isThere(run.directory)).toBe(false);
});

test('a run that is left stays on the board, and nothing of it here', async () => {
  const { plan, journal } = makeRun();
  const run = await LaidRun.lay(sshd.home, plan, journal.bytes());
  await run.startSupervisor();
  const runs = await freshRuns(sshd.home);
  const leave = new AbortController();
  const { outcome } = await follow(run, plan, {
    connect: sshd.connect,
    runs,
    leave: leave.signal,
    onEvent: () => leave.abort(),
  });
  expect(outcome).toEqual({ kind: 'left', runId: plan.runId });
  expect(await readdir(runs)).toEqual([]);
  expect(await isThere(run.journalPath)).toBe(true);
  await run.endSupervisor();
});

test('a run that somebody removed meanwhile is saved as far as it had arrived', async () => {
  const { plan, journal } = makeRun();
  const run = await LaidRun.lay(sshd.home, plan, journal.bytes());
  await run.startSupervisor();
  const runs = await freshRuns(sshd.home);
  const following = follow(run, plan, { connect: sshd.connect, runs });
  await expect.poll(() => run.readers()).toHaveLength(1);
  await sleep(200);
  execFileSync('rm', ['-rf', run.directory]);
  await run.endSupervisor();
  const { outcome, notes } = await following;
  expect(notes).toEqual(['the run is not on the board any more: what had arrived is saved']);
  expect(outcome).toMatchObject({ result: { run: { ended: 'cut', events: journal.events } } });
});

test('what programs that died left behind of the run goes once it is saved', async () => {
  const { plan, journal } = makeRun();
  const run = await LaidRun.lay(sshd.home, plan, journal.bye().bytes());
  const runs = await freshRuns(sshd.home);
  const dead = Number(execFileSync('sh', ['-c', 'echo $$']));
  await mkdir(join(runs, `.incoming-${plan.runId}-${dead}`));
  await mkdir(join(runs, `.incoming-${plan.runId}-1`));
  await follow(run, plan, { connect: sshd.connect, runs });
  expect((await readdir(runs)).sort()).toEqual([`.incoming-${plan.runId}-1`, plan.runId]);
});

test('a run whose logs could not be collected stays, and its logs come with the next time', async () => {
  const { plan, journal } = makeRun();
  const run = await LaidRun.lay(sshd.home, plan, journal.bye().bytes());
  const log = join(run.directory, 'mpstat.log');
  const runs = await freshRuns(sshd.home);
  // A directory in place of the file: gzip refuses it.
  execFileSync('sh', ['-c', `rm "${log}"; mkdir "${log}"`]);
  const first = await follow(run, plan, { connect: sshd.connect, runs });
  expect(first.notes.join()).toMatch(/mpstat.log could not be collected: .*stays on the board/);
  expect(await isThere(run.directory)).toBe(true);
  execFileSync('rmdir', [log]);
  await writeFile(log, 'at last\n');
  const second = await follow(run, plan, { connect: sshd.connect, runs });
  if (second.outcome.kind !== 'saved') throw new Error(second.outcome.kind);
  expect(await readFile(join(second.outcome.directory, 'mpstat.log'), 'utf8')).toBe('at last\n');
  expect(await isThere(run.directory)).toBe(false);
});

test('cancelling leaves a process alone that only has the number of the supervisor', async () => {
  const { plan, journal } = makeRun('another-boot');
  const run = await LaidRun.lay(sshd.home, plan, journal.bytes());
  await run.startSupervisor();
  const link = await sshd.connect();
  expect(await requestCancel(link, run.base, plan.runId)).toBe(false);
  await link.end();
  await run.endSupervisor();
});
