import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalEvent } from '../agent/contract/events.ts';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { processesNaming, stillThere } from './soak/leaks.ts';
import { Program, type ProgramEnd } from './soak/program.ts';
import { openScene, processesOf, runsOnBoard, type Scene } from './soak/scene.ts';
import { makeMarkedBase } from './support/marked-base.ts';

const lost = 'connection lost, run goes on; reconnecting…';
const again = 'connected again; nothing of the run is lost';
const measured = 'measured    block 1';

/** A board that has all files already, from which the others are stocked. */
let stocked: Scene;
beforeAll(async () => {
  stocked = await openScene();
  const { code, stderr } = await bench(stocked, 1, '--detach').end;
  expect(code, stderr).toBe(0);
});
afterAll(async () => {
  await new Program(['clean', ...stocked.directly, '--force'], stocked.workstation).end;
  await stocked.remove();
});

/** A board behind a relay for one test alone: they run at the same time. */
async function onBoard(work: (scene: Scene) => Promise<void>, isStocked = true): Promise<void> {
  const scene = await openScene();
  if (isStocked) {
    makeMarkedBase(scene.base);
    const files = ['store', 'runtimes'].map((name) => join(stocked.base, name));
    execFileSync('cp', ['-al', ...files, scene.base]);
  }
  try {
    await work(scene);
    const left = () => processesNaming(scene.root, [process.pid]);
    expect(await stillThere(left, 10_000)).toEqual([]);
    expect(await runsOnBoard(scene)).toEqual([]);
    const saved = await readdir(scene.saved).catch(() => []);
    expect(saved.filter((name) => name.startsWith('.'))).toEqual([]);
    expect(await readdir(scene.workstation.temporary)).toEqual([]);
  } finally {
    await scene.remove();
  }
}

/** Starts the built program on the board behind the relay. */
function bench(scene: Scene, blocks: number, ...options: readonly string[]): Program {
  const short = ['--model', 'mlp-tiny', '--threads', '1', '--quick', '--blocks', `${blocks}`];
  const args = ['bench', ...scene.throughRelay, ...short, ...options, '--json'];
  return new Program(args, scene.workstation);
}

async function until(isSo: () => boolean | Promise<boolean>, program: Program): Promise<void> {
  while (!(await isSo())) {
    if (!program.isRunning) throw new Error(`it ended before: ${program.stderr}`);
    await sleep(5);
  }
}

const times = (program: Program, text: string) => program.stderr.split(text).length - 1;

/** The saved run, held against what the supervisor wrote on the board, to the byte. */
async function whole(scene: Scene, { code, stdout, stderr }: ProgramEnd): Promise<Saved> {
  expect(stdout, `exit ${code}: ${stderr}`).toMatch(/^\{/);
  const result = resultSchema.parse(JSON.parse(stdout));
  const journal = await readFile(join(scene.saved, result.run_id, 'journal.ndjson'));
  const there = await scene.audit.read(result.run_id);
  expect(journal.equals(there.bytes)).toBe(true);
  expect(result.run.iterations).toBe(there.iterations);
  const lines = journal.toString().split('\n').slice(0, -1);
  return { result, events: lines.map((line) => JSON.parse(line) as JournalEvent) };
}

interface Saved {
  readonly result: Result;
  readonly events: readonly JournalEvent[];
}

function expectVerified({ result, events }: Saved): void {
  expect(result.run.journal).toMatchObject({ is_verified: true, problems: [] });
  expect(events.at(-1)).toMatchObject({ kind: 'bye', iterations: result.run.iterations });
  expect(result.run.iterations).toBeGreaterThan(0);
}

function killAll(pids: readonly number[]): void {
  expect(pids).not.toEqual([]);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}

async function hasFile(scene: Scene, name: string): Promise<boolean> {
  const names = await Promise.all(
    (await runsOnBoard(scene)).map((id) => readdir(join(scene.base, 'runs', id)).catch(() => [])),
  );
  return names.flat().includes(name);
}

describe.concurrent('a connection that is cut', { timeout: 120_000 }, () => {
  test.each(['ssh2', 'ssh'])(
    'while files are pushed, over %s: what has arrived is not sent again, and the run begins',
    (transport) =>
      onBoard(async (scene) => {
        scene.relay.limit(20_000_000);
        const program = bench(scene, 1, '--transport', transport);
        await until(() => program.stderr.includes('push '), program);
        await sleep(500);
        scene.relay.cut();
        scene.relay.flow();
        const end = await program.end;
        expect(end.code, end.stderr).toBe(0);
        expect(end.stderr).toMatch(/connection lost while .*; reconnecting/);
        const saved = await whole(scene, end);
        expectVerified(saved);
        expect(saved.result.run.ended).toBe('completed');
        const store = join(scene.base, 'store');
        const names = await readdir(store, { recursive: true });
        expect(names.filter((name) => name.endsWith('.part'))).toEqual([]);
      }, false),
  );

  test.each(['ssh2', 'ssh'])(
    'while the board is probed, over %s: it is probed again',
    (transport) =>
      onBoard(async (scene) => {
        const program = bench(scene, 1, '--transport', transport);
        await until(() => program.stderr.includes('connected'), program);
        scene.relay.cut();
        const end = await program.end;
        expect(end.code, end.stderr).toBe(0);
        expectVerified(await whole(scene, end));
      }),
  );

  test('for good while files are pushed: Ctrl-C ends it, and nothing is left', () =>
    onBoard(async (scene) => {
      scene.relay.limit(20_000_000);
      const program = bench(scene, 1);
      await until(() => program.stderr.includes('push '), program);
      await scene.relay.close();
      await until(() => program.stderr.includes('reconnecting'), program);
      program.kill('SIGINT');
      const { code, stdout, stderr } = await program.end;
      expect(code, stderr).toBe(130);
      expect(stdout).toBe('');
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(await runsOnBoard(scene)).toEqual([]);
      expect(await readdir(scene.saved).catch(() => [])).toEqual([]);
    }, false));

  test.each(['ssh2', 'ssh'])(
    'while the run is launched, over %s: it is found again and followed to its end',
    (transport) =>
      onBoard(async (scene) => {
        const program = bench(scene, 1, '--transport', transport);
        // The supervisor is being started; its journal is not there yet, or not a moment ago.
        await until(() => hasFile(scene, 'agent.log'), program);
        scene.relay.cut();
        const end = await program.end;
        expect(end.code, end.stderr).toBe(0);
        expect(end.stderr).toContain(again);
        const saved = await whole(scene, end);
        expectVerified(saved);
        expect(saved.result.run.ended).toBe('completed');
      }),
  );

  test('the moment the board hears of the run: it is whole, or was never there', () =>
    onBoard(async (scene) => {
      const program = bench(scene, 1);
      await until(async () => (await runsOnBoard(scene)).length > 0, program);
      scene.relay.cut();
      const end = await program.end;
      if (end.code === 0) expectVerified(await whole(scene, end));
      else expect(end).toMatchObject({ code: 4, stdout: '' });
    }));
});

describe.concurrent('a run that is followed', { timeout: 60_000 }, () => {
  test.each(['ssh2', 'ssh'])(
    'over %s outlives cuts, half-closed connections and killed sessions, and sits out a stall',
    (transport) =>
      onBoard(async (scene) => {
        const { relay, sshd } = scene;
        const program = bench(scene, 40, '--transport', transport);
        await until(() => program.stderr.includes(measured), program);
        const faults = [
          () => relay.cut(),
          () => relay.halfClose('program'),
          () => relay.halfClose('board'),
          async () => killAll(await sshd.sessions()),
        ];
        for (const [at, fault] of faults.entries()) {
          await fault();
          await until(() => times(program, again) > at, program);
        }
        relay.stall();
        await sleep(6_000);
        relay.flow();
        const soFar = times(program, 'measured ');
        await until(() => times(program, 'measured ') > soFar, program);
        expect(times(program, lost), program.stderr).toBe(faults.length);
        program.kill('SIGINT');
        const end = await program.end;
        expect(end.code, end.stderr).toBe(130);
        const saved = await whole(scene, end);
        expectVerified(saved);
        expect(saved.result.run.ended).toBe('cancelled');
      }),
  );

  test('loses its worker and its sampler, and nothing else', () =>
    onBoard(async (scene) => {
      const program = bench(scene, 2);
      await until(() => program.stderr.includes(measured), program);
      await until(async () => (await processesOf(scene, 'work')).length > 0, program);
      killAll(await processesOf(scene, 'work'));
      killAll(await processesOf(scene, 'sample'));
      const end = await program.end;
      expect(end.code, end.stderr).toBe(0);
      const saved = await whole(scene, end);
      expectVerified(saved);
      expect(saved.result.run.ended).toBe('completed');
      const ends = saved.events.flatMap((event) =>
        event.kind === 'process-end' ? [event.outcome] : [],
      );
      expect(ends.toSorted()).toEqual(['killed', 'ok', 'ok', 'ok']);
      const warnings = saved.events.flatMap((event) => (event.kind === 'warn' ? [event.code] : []));
      expect(warnings).toEqual(['telemetry-ended']);
    }));

  test('loses its supervisor: what was written is collected as cut, at once', () =>
    onBoard(async (scene) => {
      const program = bench(scene, 40);
      await until(() => program.stderr.includes(measured), program);
      killAll(await processesOf(scene, 'supervise'));
      const end = await program.end;
      expect(end.code, end.stderr).toBe(4);
      expect(end.stderr).toMatch(/the run was cut at event \d+: its supervisor was killed/);
      const { result } = await whole(scene, end);
      expect(result.run.ended).toBe('cut');
      expect(result.run.iterations).toBeGreaterThan(0);
    }));
});
