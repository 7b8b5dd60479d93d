import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ofKind, TestBoard } from './support/board.ts';
import { fixedInput } from './support/cells.ts';
import { longEffort, mlp, mlpCells, ones } from './support/mlp-cells.ts';

const board = new TestBoard();
const mlpCell = mlpCells(board);

beforeAll(() => board.install());
afterEach(() => board.stopAll());
afterAll(() => board.remove());

/** Processes of this machine whose command line names the test's board, itself excluded. */
function leftovers(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return words.includes(board.path) ? [`${pid} ${words}`] : [];
      } catch {
        return [];
      }
    });
}

function childrenOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}

async function untilNothingIsLeft(): Promise<void> {
  while (leftovers().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('a worker killed in the middle is an event, and the plan goes on', async () => {
  const effort = { ...longEffort, processBudgetMs: 1500 };
  const run = board.start(board.plan([mlp], [mlpCell('a'), mlpCell('b')], { effort }));
  const victim = await run.until((events) => {
    const steady = ofKind(events, 'phase').find(({ phase }) => phase === 'steady');
    return steady && ofKind(events, 'process')[0];
  });
  process.kill(victim.pid, 'SIGKILL');
  expect(await run.exit).toBe(0);
  const events = run.events();
  const [first, ...others] = ofKind(events, 'process-end');
  expect(first).toMatchObject({ process: 0, outcome: 'killed', signal: 'SIGKILL', stop: null });
  expect(first?.iterations).toBeGreaterThan(0);
  expect(others.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  expect(ofKind(events, 'cell').map(({ reason }) => reason)).toEqual(['max-blocks', 'max-blocks']);
});

test('cancelling keeps all that was measured and leaves nothing running', async () => {
  const plan = board.plan([mlp], [mlpCell('a')], { effort: longEffort, telemetry: 'mpstat' });
  const run = board.start(plan);
  await run.until((events) => ofKind(events, 'iter').find(({ first }) => first > 0));
  process.kill(run.pid, 'SIGTERM');
  expect(await run.exit).toBe(6);
  const events = run.events();
  expect(ofKind(events, 'process-end')).toMatchObject([
    { outcome: 'cancelled', stop: 'cancelled', exitCode: 0 },
  ]);
  expect(ofKind(events, 'cell')).toMatchObject([{ cell: 'a', reason: 'cancelled' }]);
  expect(events.at(-1)).toMatchObject({ kind: 'bye', reason: 'cancelled' });
  expect(leftovers()).toEqual([]);
  expect(existsSync(join(board.basePath, 'lock'))).toBe(false);
  const rawLogs = ['mpstat.log', 'proc.log'];
  const left = readdirSync(run.directory).filter((name) => !rawLogs.includes(name));
  expect(left.sort()).toEqual(['agent.log', 'journal.ndjson', 'plan.json']);
});

const hasMpstat = spawnSync('mpstat', ['-V']).status === 0;

/** A PATH with these programs of the board's only. */
function searchPathOf(...programs: readonly string[]): string {
  const path = mkdtempSync(join(board.path, 'path-'));
  for (const program of programs) {
    const places = (process.env.PATH ?? '').split(':').map((place) => join(place, program));
    symlinkSync(places.find((place) => existsSync(place)) ?? program, join(path, program));
  }
  return path;
}

test.each([
  ['the kernel ends its children', process.env.PATH],
  ['without setpriv, by their pipes', searchPathOf('mpstat', 'env', 'taskset')],
])('a killed supervisor takes worker, sampler and mpstat with it: %s', async (_how, searchPath) => {
  const plan = board.plan([mlp], [mlpCell('a')], { effort: longEffort, telemetry: 'mpstat' });
  const run = board.start(plan, { searchPath });
  await run.until((events) => ofKind(events, 'iter').find(({ first }) => first > 0));
  const children = childrenOf(run.pid);
  const family = [run.pid, ...children, ...children.flatMap(childrenOf)];
  const names = family.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  const roles = names.filter((name) => /mpstat\0|\0(work|sample|supervise)\0/.test(name));
  expect(roles).toHaveLength(hasMpstat ? 4 : 3);
  process.kill(run.pid, 'SIGKILL');
  await run.exit;
  await untilNothingIsLeft();
  const alive = family.filter((pid) => existsSync(`/proc/${pid}/exe`));
  expect(alive).toEqual([]);
  const next = board.start(board.plan([mlp], [mlpCell('a')]));
  expect(await next.exit).toBe(0);
  expect(ofKind(next.events(), 'warn')).toMatchObject([{ code: 'stale-lock' }]);
  expect(ofKind(next.events(), 'warn')[0]?.text).toContain(plan.runId);
});

test('a cell whose workers crash twice has failed, with the signal, and the others are measured', async () => {
  const effort = { ...longEffort, processBudgetMs: 1500, minBlocks: 3, maxBlocks: 3 };
  const run = board.start(board.plan([mlp], [mlpCell('bad'), mlpCell('good')], { effort }));
  for (const block of [0, 1]) {
    const victim = await run.until((events) => {
      const started = ofKind(events, 'process').find((p) => p.cell === 'bad' && p.block === block);
      const isMeasuring = ofKind(events, 'iter').some(({ process: n }) => n === started?.process);
      return isMeasuring ? started : undefined;
    });
    process.kill(victim.pid, 'SIGSEGV');
  }
  expect(await run.exit).toBe(0);
  const events = run.events();
  const byCell = (cell: string) => {
    const numbers = ofKind(events, 'process').filter((p) => p.cell === cell);
    return ofKind(events, 'process-end').filter((end) =>
      numbers.some((p) => p.process === end.process),
    );
  };
  expect(byCell('bad')).toHaveLength(2);
  for (const end of byCell('bad')) {
    expect(end).toMatchObject({ outcome: 'crashed', signal: 'SIGSEGV', exitCode: null });
    expect(end.message).toMatch(/^SIGSEGV/);
    expect(end.iterations).toBeGreaterThan(0);
  }
  expect(byCell('good').map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
  expect(ofKind(events, 'cell')).toMatchObject([
    { cell: 'bad', reason: 'failed' },
    { cell: 'good', reason: 'max-blocks' },
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'bye', reason: 'completed' });
});

test('a killed mpstat is a warning; telemetry and iterations go on', async ({ skip }) => {
  if (!hasMpstat) return skip('mpstat (package sysstat) is not installed');
  const effort = { ...longEffort, processBudgetMs: 2500, maxBlocks: 1 };
  const run = board.start(board.plan([mlp], [mlpCell('a')], { effort, telemetry: 'mpstat' }));
  const mpstat = await run.until((events) => {
    if (ofKind(events, 'iter').length === 0) return undefined;
    return childrenOf(run.pid)
      .flatMap(childrenOf)
      .find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'mpstat\n');
  });
  process.kill(mpstat, 'SIGKILL');
  expect(await run.exit).toBe(0);
  const events = run.events();
  expect(ofKind(events, 'warn')).toMatchObject([{ code: 'mpstat-ended' }]);
  expect(ofKind(events, 'warn')[0]?.text).toContain('SIGKILL');
  const warned = events.findIndex(({ kind }) => kind === 'warn');
  expect(ofKind(events.slice(warned), 'tele').length).toBeGreaterThan(0);
  expect(ofKind(events, 'process-end')).toMatchObject([{ outcome: 'ok' }]);
});

test('a killed sampler is a warning; no iteration is lost', async () => {
  const effort = { ...longEffort, processBudgetMs: 1500, maxBlocks: 1 };
  const run = board.start(board.plan([mlp], [mlpCell('a')], { effort, telemetry: 'proc' }));
  await run.until((events) => ofKind(events, 'tele')[0]);
  const sampler = childrenOf(run.pid).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0sample'),
  );
  process.kill(sampler ?? 0, 'SIGKILL');
  expect(await run.exit).toBe(0);
  const events = run.events();
  expect(ofKind(events, 'warn')).toMatchObject([{ code: 'telemetry-ended' }]);
  expect(ofKind(events, 'process-end')).toMatchObject([{ outcome: 'ok' }]);
  const warned = events.findIndex(({ kind }) => kind === 'warn');
  expect(ofKind(events.slice(warned), 'tele').length).toBeGreaterThan(0);
});

test('a model that is none is refused in the words of ONNX Runtime, and the others run', async () => {
  const garbage = {
    id: 'garbage',
    main: 'x.onnx',
    files: { 'x.onnx': Buffer.from('not a model') },
  };
  const cells = [mlpCell('bad', { model: 'garbage' }), mlpCell('good')];
  const run = board.start(board.plan([garbage, mlp], cells));
  expect(await run.exit).toBe(0);
  const [refused, ...others] = ofKind(run.events(), 'process-end');
  expect(refused).toMatchObject({ outcome: 'refused', iterations: 0 });
  expect(refused?.message).toMatch(/^Load model from .*x\.onnx failed:.*Protobuf parsing failed/);
  expect(others.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  expect(ofKind(run.events(), 'cell')[0]).toMatchObject({ cell: 'bad', reason: 'failed' });
});

test.each([
  ['shape', fixedInput('input', [1, 783], ''), /invalid dimensions for input: input/],
  ['name', fixedInput('pixels', [1, 784], ''), /takes inputs input; given: pixels/],
  ['type', { ...fixedInput('input', [1, 784], ''), dtype: 'int32' as const }, /input data type/],
])('an input of the wrong %s is refused in words', async (_what, input, message) => {
  const source = { kind: 'fixed' as const, sha256: board.store(ones) };
  const cell = mlpCell('a', { inputs: [{ ...input, source }] });
  const run = board.start(board.plan([mlp], [cell]));
  expect(await run.exit).toBe(5);
  const said = ofKind(run.events(), 'process-end')[0]?.message;
  expect(said).toMatch(message);
  // On one line: the last of several would be general advice.
  expect(said).not.toContain('\n');
  expect(run.events().at(-1)).toMatchObject({ kind: 'bye', reason: 'failed' });
});

test('plans of another protocol, broken plans and missing files end in an error event', async () => {
  const plan = board.plan([mlp], [mlpCell('a')]);
  const lost = { ...mlp, id: 'mlp', files: { 'mlp.onnx': Buffer.from('unique to this test') } };
  const missing = board.plan([lost], [mlpCell('a')]);
  const [file] = missing.models[0]?.files ?? [];
  const sha256 = 'f'.repeat(64);
  const cases: readonly [string, object, number][] = [
    ['protocol-mismatch', { ...plan, runId: 'p1', protocol: 99 }, 2],
    ['plan-unreadable', { ...plan, runId: 'p2', cells: [] }, 2],
    ['plan-unreadable', { ...plan, runId: 'p3', order: [['nobody']] }, 2],
    ['plan-unreadable', { ...plan, runId: 'p4', models: [...plan.models, ...plan.models] }, 2],
    [
      'preparation',
      { ...missing, models: [{ ...missing.models[0], files: [{ ...file, sha256 }] }] },
      5,
    ],
  ];
  for (const [code, broken, exitCode] of cases) {
    const run = board.start(broken);
    expect([code, await run.exit]).toEqual([code, exitCode]);
    expect(ofKind(run.events(), 'error')).toMatchObject([{ code }]);
    expect(run.events().at(-1)).toMatchObject({ kind: 'bye', reason: 'failed' });
  }
  expect(existsSync(join(board.basePath, 'lock'))).toBe(false);
});

test('without mpstat the raw log is /proc itself, whole frame by whole frame', async () => {
  const searchPath = join(board.path, 'empty-path');
  mkdirSync(searchPath, { recursive: true });
  const run = board.start(board.plan([mlp], [mlpCell('a')], { telemetry: 'mpstat' }), {
    searchPath,
  });
  expect(await run.exit).toBe(0);
  expect(ofKind(run.events(), 'warn')).toMatchObject([{ code: 'no-mpstat' }]);
  let rest = readFileSync(join(run.directory, 'proc.log'));
  const names: string[] = [];
  while (rest.length > 0) {
    const line = rest.subarray(0, rest.indexOf(10)).toString();
    const [, name, bytes] = /^@(?:frame \d+|file (\w+) (\d+))$/.exec(line) ?? [];
    rest = rest.subarray(line.length + 1 + (bytes ? Number(bytes) + 1 : 0));
    names.push(name ?? '@');
  }
  expect(names.slice(0, 5)).toEqual(['@', 'uptime', 'stat', 'interrupts', 'softirqs']);
  expect(names.length % 5).toBe(0);
});
