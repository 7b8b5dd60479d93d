import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Plan } from '../agent/contract/plan.ts';
import { encodeEvent } from '../agent/contract/wire.ts';
import { resultFromJournal } from '../host/analysis/compute.ts';
import { readJournal } from '../host/journal/journal.ts';
import {
  ofKind,
  type StartOptions,
  shortEffort,
  TestBoard,
  type TestRun,
} from './support/board.ts';
import { mlp, mlpCells } from './support/mlp-cells.ts';
import { installedLibrary } from './support/onnxruntime-release.ts';

const board = new TestBoard();
const mlpCell = mlpCells(board);
const once = { ...shortEffort, minBlocks: 1, maxBlocks: 1 };
const long = { ...once, processBudgetMs: 4000, maxIterations: 10_000_000, precision: 1e-9 };
const librarySha256 = createHash('sha256').update(readFileSync(installedLibrary)).digest('hex');

beforeAll(() => board.install());
afterEach(() => board.stopAll());
afterAll(() => board.remove());

function resultOf(run: TestRun) {
  const text = run.events().map(encodeEvent).join('');
  return resultFromJournal(readJournal(Buffer.from(text)));
}

async function cellAfter(plan: Plan, options: StartOptions = {}) {
  const run = board.start(plan, options);
  await run.exit;
  const [cell] = resultOf(run).cells;
  if (cell === undefined) throw new Error('no cell');
  return cell;
}

/** A directory with a copy of ONNX Runtime, as an account's LD_LIBRARY_PATH may name it. */
function copied(name = 'libonnxruntime.so.1'): string {
  const directory = mkdtempSync(join(board.path, 'library-'));
  copyFileSync(installedLibrary, join(directory, name));
  return join(directory, name);
}

test('the library that is mapped is the pushed one, whatever LD_LIBRARY_PATH names', async () => {
  const copy = copied();
  const cells = [mlpCell('ort'), mlpCell('capi', { engine: 'ort-capi' })];
  const plan = board.plan([mlp], cells, { effort: once, ortLibraries: [librarySha256] });
  const run = board.start(plan, { environment: { LD_LIBRARY_PATH: resolve(copy, '..') } });
  await run.exit;
  for (const { conditions, verdict } of resultOf(run).cells) {
    expect(verdict.kind).not.toBe('INVALID');
    const loaded = conditions?.libraries.filter(({ sha256 }) => sha256 !== null);
    expect(loaded).toMatchObject([{ path: installedLibrary, sha256: librarySha256 }]);
    expect(conditions?.libraries.map(({ path }) => path)).toContainEqual(
      expect.stringMatching(/libstdc\+\+\.so\.6/),
    );
    expect(conditions?.variables).toEqual([]);
  }
});

test('a process with another library than the one that was pushed does not count', async () => {
  const ortLibraries = ['0'.repeat(64)];
  const plan = board.plan([mlp], [mlpCell('a')], { effort: once, ortLibraries });
  const { verdict } = await cellAfter(plan);
  expect(verdict).toEqual({
    kind: 'INVALID',
    reason: `no process counts: ran another library of ONNX Runtime: ${installedLibrary}`,
    action: 'see what was loaded: orin-remote results show RUN',
  });
});

test('a library of the board is told by its file, and no other stands in for it', async () => {
  const [asked, other] = [copied('libonnxruntime.so.1.30.0'), copied()];
  const cell = mlpCell('a', { engine: 'ort-capi', ortLibrary: asked });
  const plan = board.plan([mlp], [cell], { effort: once, ortLibraries: [librarySha256] });
  const environment = { LD_LIBRARY_PATH: resolve(other, '..') };
  const { conditions, verdict } = await cellAfter(plan, { environment });
  expect(verdict.kind).not.toBe('INVALID');
  expect(conditions?.variables).toEqual(['LD_LIBRARY_PATH']);
  const loaded = conditions?.libraries.filter(({ sha256 }) => sha256 !== null);
  expect(loaded).toMatchObject([{ path: asked, sha256: librarySha256 }]);
});

const hasTaskset = spawnSync('taskset', ['--version']).error === undefined;

async function steadyPid(run: TestRun): Promise<number> {
  const { pid } = await run.until((events) => {
    const isSteady = ofKind(events, 'phase').some(({ phase }) => phase === 'steady');
    return isSteady ? ofKind(events, 'process')[0] : undefined;
  });
  return pid;
}

test('a process whose CPUs somebody changed does not count', async ({ skip }) => {
  if (!hasTaskset) return skip('taskset (package util-linux) is not installed');
  const run = board.start(board.plan([mlp], [mlpCell('a')], { effort: long }));
  const pid = await steadyPid(run);
  const before = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  expect(spawnSync('taskset', ['-pc', '0', String(pid)]).status).toBe(0);
  await run.exit;
  const [cell] = resultOf(run).cells;
  const reason = `its CPUs changed from ${before?.[1]} to 0 while it ran`;
  expect(cell?.processes.map(({ excluded }) => excluded)).toEqual([reason]);
  expect(cell?.verdict.kind).toBe('INVALID');
});

/**
 * A board of six CPUs, as far as /sys says so: no CPU of the machine that tests is switched off.
 */
function plantedCpus() {
  const root = mkdtempSync(join(board.path, 'root-'));
  mkdirSync(join(root, 'sys/devices/system/cpu'), { recursive: true });
  const set = (list: string) =>
    writeFileSync(join(root, 'sys/devices/system/cpu/online'), `${list}\n`);
  set('0-5');
  return { environment: { ORIN_REMOTE_ROOT: root }, set };
}

test('a process during which a CPU goes offline does not count, pinned or not', async () => {
  const cpus = plantedCpus();
  const cells = [mlpCell('free'), mlpCell('pinned', { affinity: '0' })];
  const plan = board.plan([mlp], cells, { effort: long });
  const run = board.start(plan, { environment: cpus.environment });
  onTestFinished(() => void board.stopAll());
  for (const [at, list] of ['0-3', '0-5'].entries()) {
    await run.until((events) => {
      const steady = ofKind(events, 'phase').filter(({ phase }) => phase === 'steady');
      return steady.length > at ? true : undefined;
    });
    cpus.set(list);
  }
  await run.exit;
  const excluded = resultOf(run).cells.map(({ processes }) => processes[0]?.excluded);
  expect(excluded).toEqual([
    'CPU 4, 5 went offline while it ran',
    'CPU 4, 5 came online while it ran',
  ]);
});

test('a process with other CPUs online than the first of the run does not count', async () => {
  const cpus = plantedCpus();
  const effort = { ...once, maxBlocks: 2, minBlocks: 2 };
  const plan = board.plan([mlp], [mlpCell('a')], { effort });
  const run = board.start(plan, { environment: cpus.environment });
  await run.until((events) => ofKind(events, 'process-end')[0]);
  // The second process may have begun: then it says so itself.
  cpus.set('0-3');
  await run.exit;
  const [first, second] = resultOf(run).cells[0]?.processes ?? [];
  expect(first?.excluded).toBeNull();
  expect(second?.excluded).toMatch(/^CPU 4, 5 went offline (after the run's first process|while)/);
});

test('niceness of the login is told, and so are threads without a CPU each', async ({ skip }) => {
  if (!hasTaskset) return skip('taskset (package util-linux) is not installed');
  const plan = board.plan([mlp], [mlpCell('a', { threads: 2 })], { effort: once });
  const run = board.start(plan, { words: ['nice', '-n', '5', 'taskset', '-c', '0'] });
  await run.exit;
  const { warnings, cells } = resultOf(run);
  expect(cells[0]?.conditions?.scheduling).toEqual([{ nice: 5, policy: 'other', cpu_quota: null }]);
  const told = warnings.filter(({ code }) => /scheduling|threads-exceed/.test(code));
  expect(told).toEqual([
    {
      code: 'scheduling',
      text: '1 of 1 process ran at nice 5: other work takes the CPU before it',
      cell: null,
    },
    {
      code: 'threads-exceed-cpus',
      text: '2 threads ran on 1 CPU: this measures how they take turns',
      cell: 'a',
    },
  ]);
});
