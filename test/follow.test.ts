import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyRun } from '../host/archive/verify.ts';
import { OrinError } from '../host/errors.ts';
import { fleetLanes } from '../host/fleet/fleet-lanes.ts';
import { requestCancel } from '../host/run/cancel.ts';
import { noLanes } from '../host/run/lanes.ts';
import { follow, freshRuns, isThere, LaidRun, makeRun } from './support/followed-run.ts';
import { startRelay } from './support/relay.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import { connectBy, transports } from './support/transports.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

test.each([
  ['in this boot', undefined, 'its supervisor was killed'],
  ['in another boot', 'another-boot', 'the board was restarted'],
])(
  'a run that died %s is collected as cut at its last event, and removed',
  async (_, boot, why) => {
    const { plan, journal } = makeRun(boot);
    const bytes = journal.bytes();
    const run = await LaidRun.lay(sshd.home, plan, bytes.subarray(0, bytes.length - 10));
    // After a restart the number may belong to anybody, here even to a process that looks like
    // ours.
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
    expect((await verifyRun(outcome.directory)).state).toBe('same');
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
  await expect.poll(() => run.readers(), { timeout: 10_000 }).toHaveLength(1);
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

test('a board that is lost while its journal is received again: what had arrived is saved', async () => {
  const { plan, journal } = makeRun();
  const there = journal.bye().bytes();
  const arrived = Buffer.from(there);
  // One line in the middle is none: the journal ends, and does not verify.
  arrived[there.indexOf('\n', there.length / 2) + 1] = 0x23;
  const run = await LaidRun.lay(sshd.home, plan, arrived);
  const runs = await freshRuns(sshd.home);
  const relay = await startRelay({ port: sshd.port });
  const [transport] = transports;
  if (!transport) throw new Error('no transport');
  let connects = 0;
  try {
    const { outcome, notes } = await follow(run, plan, {
      connect: async (signal) => {
        connects += 1;
        if (connects > 1) throw new OrinError({ code: 'auth-failed', what: 'lost for good' });
        return await connectBy(transport, sshd, { port: relay.port, signal });
      },
      runs,
      onEvent: (count) => {
        if (count !== journal.events - 1) return;
        writeFileSync(run.journalPath, there);
        relay.cutAfterBoardBytes(there.length / 4);
      },
    });
    if (outcome.kind !== 'saved') throw new Error(outcome.kind);
    expect(notes).toContain('the journal on the board is another: received again');
    expect(notes.join('; ')).toMatch('the journal could not be checked');
    expect((await readFile(join(outcome.directory, 'journal.ndjson'))).equals(arrived)).toBe(true);
    expect(outcome.result.run).toMatchObject({
      ended: 'completed',
      journal: { is_verified: false },
    });
    expect(await readdir(outcome.directory)).not.toContain('journal.ndjson.again');
    expect((await readFile(run.journalPath)).equals(there)).toBe(true);
  } finally {
    await relay.close();
  }
});

test('nothing is asked of the board while the lane for saving is taken', async () => {
  const { plan, journal } = makeRun();
  const run = await LaidRun.lay(sshd.home, plan, journal.bye().bytes());
  let commands = 0;
  let inLane = -1;
  const { outcome } = await follow(run, plan, {
    connect: async (signal) => {
      const link = await sshd.connect(signal);
      const start = link.start.bind(link);
      link.start = (...command) => {
        commands += 1;
        return start(...command);
      };
      return link;
    },
    runs: await freshRuns(sshd.home),
    lanes: {
      ...noLanes,
      conclude: async (_signal, work) => {
        const before = commands;
        const value = await work();
        inLane = commands - before;
        return value;
      },
    },
  });
  expect(outcome.kind).toBe('saved');
  expect(inLane).toBe(0);
  expect(commands).toBeGreaterThan(0);
  expect(await isThere(run.directory)).toBe(false);
});

test('whoever leaves while others are saving leaves the run on the board', async () => {
  const { plan, journal } = makeRun();
  const run = await LaidRun.lay(sshd.home, plan, journal.bye().bytes());
  const runs = await freshRuns(sshd.home);
  const leave = new AbortController();
  const { conclude } = fleetLanes({ connects: 1, pushes: 1, runs: 1 });
  let others = () => {};
  const held = new Promise<void>((resolve) => {
    others = resolve;
  });
  const never = new AbortController().signal;
  const saving = [1, 2].map(() => conclude(never, () => held));
  const { outcome } = await follow(run, plan, {
    connect: sshd.connect,
    runs,
    leave: leave.signal,
    lanes: {
      ...noLanes,
      conclude: (signal, work) => {
        const saved = conclude(signal, work);
        leave.abort();
        return saved;
      },
    },
  });
  expect(outcome).toEqual({ kind: 'left', runId: plan.runId });
  expect(await readdir(runs)).toEqual([]);
  expect(await isThere(run.journalPath)).toBe(true);
  others();
  await Promise.all(saving);
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
