import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, TestBoard } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { longEffort, mlp, mlpCells, ones } from './support/mlp-cells.ts';

const board = new TestBoard();
const mlpCell = mlpCells(board);

beforeAll(() => board.install());
afterAll(() => board.remove());

const isRoot = process.getuid?.() === 0;

test('a journal is written once', async () => {
  const plan = board.plan([mlp], [mlpCell('a')]);
  expect(await board.start(plan).exit).toBe(0);
  const again = board.start(plan);
  expect(await again.exit).toBe(2);
  expect(readFileSync(join(again.directory, 'agent.log'), 'utf8')).toBe(
    `${again.directory}/journal.ndjson is there already: a journal is written once\n`,
  );
  expect(again.events().at(-1)).toMatchObject({ kind: 'bye', reason: 'completed' });
});

test('a full disk ends the run with a journal that says so', async ({ skip }) => {
  if (!isRoot) skip('mounting a small tmpfs needs root');
  const runs = join(board.basePath, 'runs');
  const plan = board.plan([mlp], [mlpCell('a')], { effort: longEffort });
  const mountPoint = join(runs, plan.runId);
  mkdirSync(mountPoint, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mountPoint]);
  try {
    const run = board.start(plan);
    expect(await run.exit).toBe(4);
    const events = run.events();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(ofKind(events, 'error')).toMatchObject([{ code: 'journal-unwritable' }]);
    expect(ofKind(events, 'error')[0]?.text).toMatch(/ENOSPC/);
    const iterations = ofKind(events, 'iter').reduce((sum, { dt_ns }) => sum + dt_ns.length, 0);
    expect(events.at(-1)).toMatchObject({
      kind: 'bye',
      reason: 'failed',
      events: events.length - 1,
      iterations,
    });
    expect(readFileSync(join(run.directory, 'agent.log'), 'utf8')).toMatch(
      /^the journal cannot be written, the run ends: ENOSPC/,
    );
  } finally {
    execFileSync('umount', [mountPoint]);
  }
});

test('a disk without room for a journal is said in agent.log', async ({ skip }) => {
  if (!isRoot) skip('mounting a small tmpfs needs root');
  const plan = board.plan([mlp], [mlpCell('a')]);
  const mountPoint = join(board.basePath, 'runs', plan.runId);
  mkdirSync(mountPoint, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24k', 'tmpfs', mountPoint]);
  try {
    const run = board.start(plan);
    expect(await run.exit).toBe(4);
    expect(readFileSync(join(run.directory, 'agent.log'), 'utf8')).toMatch(
      /^cannot write the journal: ENOSPC/,
    );
    expect(existsSync(join(run.directory, 'journal.ndjson'))).toBe(false);
  } finally {
    execFileSync('umount', [mountPoint]);
  }
});

/** A memory cgroup of our own below the one we are in, or null where there is none. */
function memoryGroup(limitBytes: number): string | null {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n');
  const legacy = lines.find((line) => line.split(':')[1] === 'memory')?.split(':')[2];
  if (legacy === undefined) return null;
  const path = join('/sys/fs/cgroup/memory', legacy, 'orin-remote-test');
  try {
    mkdirSync(path);
    writeFileSync(join(path, 'memory.limit_in_bytes'), String(limitBytes));
    return path;
  } catch {
    return null;
  }
}

test('a model too large for the memory ends its worker, never the supervisor', async ({ skip }) => {
  const group = isRoot ? memoryGroup(150 * 1024 * 1024) : null;
  if (group === null) return skip('limiting memory needs root and a memory cgroup');
  const resnet = {
    id: 'resnet',
    main: 'm.onnx',
    files: { 'm.onnx': makeBuiltIn('resnet34-cifar10') },
  };
  const input = fixedInput('input', [1, 3, 32, 32], board.store(ones));
  const plan = board.plan([resnet, mlp], [testCell('big', 'resnet', [input]), mlpCell('small')]);
  const enter = ['sh', '-c', `echo $$ > ${group}/cgroup.procs; exec "$@"`, 'sh'];
  const run = board.start(plan, { words: enter });
  expect(await run.exit).toBe(0);
  const ends = ofKind(run.events(), 'process-end');
  const killed = ends.filter(({ outcome }) => outcome === 'killed');
  expect(killed.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL']);
  expect(killed[0]?.message).toContain('SIGKILL while the kernel was out of memory');
  expect(ends.filter(({ outcome }) => outcome === 'ok')).toHaveLength(2);
  expect(ofKind(run.events(), 'cell')).toContainEqual(
    expect.objectContaining({ cell: 'big', reason: 'failed' }),
  );
  rmdirSync(group);
});
