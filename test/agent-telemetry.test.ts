import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { resultFromJournal } from '../host/analysis/compute.ts';
import type { Result } from '../host/analysis/result/result.ts';
import { readJournal } from '../host/journal/journal.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel, type TestRun } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';

const board = new TestBoard();
const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};
/** An iteration of a batch this large takes long enough for its context switches to be watched. */
const BATCH = 512;
const ones = new Uint8Array(new Float32Array(BATCH * 784).fill(1).buffer);

beforeAll(() => board.install());
afterAll(() => board.remove());

function mlpCell(changes = {}) {
  const input = fixedInput('input', [BATCH, 784], board.store(ones));
  return testCell('a', 'mlp', [input], { batch: BATCH, ...changes });
}

const oneProcess = { ...shortEffort, minBlocks: 1, maxBlocks: 1, maxIterations: 5000 };

function resultOf(run: TestRun): Result {
  return resultFromJournal(readJournal(readFileSync(join(run.directory, 'journal.ndjson'))));
}

/** The /sys of an Orin Nano below a directory of the test. */
function orinTree(): string {
  const files = JSON.parse(
    readFileSync('test/fixtures/jetson/sysfs-orin-nano-jp6.json', 'utf8'),
  ) as Record<string, string | null>;
  const root = join(board.path, 'orin');
  for (const [path, text] of Object.entries(files)) {
    if (!path.startsWith('/') || text === null) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('the board is watched before the first process, and its state and sources are told', async () => {
  const effort = { ...oneProcess, idleMs: 300 };
  const run = board.start(board.plan([mlp], [mlpCell()], { effort, telemetry: 'full' }), {
    environment: { ORIN_REMOTE_ROOT: orinTree() },
  });
  expect(await run.exit).toBe(0);
  const events = run.events();
  const tele = ofKind(events, 'tele');
  const idle = tele.filter((event) => event.idle !== undefined);
  expect(idle.map((event) => event.idle?.edge)).toEqual(['start', 'end']);
  const [start, end] = idle;
  const [firstProcess] = ofKind(events, 'process');
  expect((end?.t_ns ?? 0) - (start?.t_ns ?? 0)).toBeGreaterThanOrEqual(300e6);
  expect(firstProcess?.t_ns).toBeGreaterThanOrEqual(end?.t_ns ?? Infinity);
  const [first, ...later] = tele.filter((event) => event.counted !== undefined);
  expect(first?.files).toHaveProperty(
    ['/proc/device-tree/model'],
    expect.stringContaining('Orin Nano'),
  );
  expect(first?.counted?.softirqs.rows.map(({ id }) => id)).toContain('SCHED');
  expect(later.length).toBeGreaterThan(1);
  const result = resultOf(run);
  expect(result.idle?.interrupts?.seconds).toBeGreaterThanOrEqual(0.3);
  expect(result.cells[0]?.activity?.interrupts?.sources.length).toBeGreaterThan(0);
});

test('what we cost ourselves is told with every reading, and said of each cell and the idle board', async () => {
  const effort = { ...oneProcess, idleMs: 300 };
  const plan = board.plan([mlp], [mlpCell()], { effort, telemetry: 'full' });
  const run = board.start(plan, {
    environment: { SSH_CONNECTION: '127.0.0.1 40000 127.0.0.1 22' },
  });
  expect(await run.exit).toBe(0);
  const own = ofKind(run.events(), 'tele').flatMap((event) => event.own ?? []);
  expect(own.length).toBeGreaterThan(2);
  for (const counter of ['supervisorCpu_ns', 'samplerCpu_ns', 'received', 'sent'] as const) {
    const values = own.map((reading) => reading[counter] ?? Number.NaN);
    expect(values, counter).toEqual([...values].sort((a, b) => a - b));
  }
  const result = resultOf(run);
  for (const activity of [result.idle, result.cells[0]?.activity]) {
    // Nobody follows this run's journal.
    expect(activity?.agent_cpu_share?.ssh).toBeNull();
    expect(activity?.agent_cpu_share?.sampler).toBeGreaterThan(0);
    expect(activity?.link_packets?.interface).toBe('lo');
  }
});

test('the sampler reads as often as the plan says', async () => {
  const plan = { effort: oneProcess, telemetry: 'proc', sampleEveryMs: 50 } as const;
  const run = board.start(board.plan([mlp], [mlpCell()], plan));
  expect(await run.exit).toBe(0);
  const times = ofKind(run.events(), 'tele').map(({ t_ns }) => t_ns);
  const gaps = times.slice(1).map((t_ns, at) => t_ns - (times[at] ?? 0));
  // The first and the last are there at any rate.
  expect(gaps.filter((gap_ns) => gap_ns >= 45e6).length).toBeGreaterThan(3);
});

test('with telemetry off there are the two ends of the idle baseline and nothing else', async () => {
  const effort = { ...oneProcess, idleMs: 100 };
  const run = board.start(board.plan([mlp], [mlpCell()], { effort, telemetry: 'off' }));
  expect(await run.exit).toBe(0);
  expect(ofKind(run.events(), 'tele').map(({ idle }) => idle?.edge)).toEqual(['start', 'end']);
});

test.each(['proc', 'mpstat'] as const)(
  '%s pauses while an unwatched cell is measured',
  async (telemetry) => {
    const input = fixedInput('input', [BATCH, 784], board.store(ones));
    const cells = ['seen', 'unseen'].map((id) =>
      testCell(id, 'mlp', [input], { batch: BATCH, ...(id === 'unseen' && { isUnwatched: true }) }),
    );
    const effort = { ...oneProcess, processBudgetMs: 2500, minIterations: 5000 };
    const run = board.start(board.plan([mlp], cells, { effort, telemetry }));
    expect(await run.exit).toBe(0);
    const events = run.events();
    const [seen, unseen] = ofKind(events, 'process');
    const ends = ofKind(events, 'process-end');
    const during = (from = Infinity, to = 0) =>
      ofKind(events, 'tele').filter(({ t_ns }) => t_ns > from + 100e6 && t_ns < to).length;
    expect(during(seen?.t_ns, ends[0]?.t_ns)).toBeGreaterThan(0);
    expect(during(unseen?.t_ns, ends[1]?.t_ns)).toBe(0);
    expect(ofKind(events, 'warn').filter(({ code }) => code !== 'no-mpstat')).toEqual([]);
  },
);

test('a run cancelled in its idle baseline ends as cancelled', async () => {
  const effort = { ...oneProcess, idleMs: 60_000 };
  const run = board.start(board.plan([mlp], [mlpCell()], { effort, telemetry: 'proc' }));
  await run.until((events) => ofKind(events, 'tele').find(({ idle }) => idle !== undefined));
  process.kill(run.pid, 'SIGTERM');
  expect(await run.exit).toBe(6);
  expect(resultOf(run).idle).toBeNull();
});

test('a load of the loopback network appears as NET_RX in the cell that ran beside it', async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
    echo.close();
  });
  const rounds_ns = roundTrips(echo, stop.signal);
  const run = board.start(board.plan([mlp], [mlpCell()], { effort: oneProcess }));
  expect(await run.exit).toBe(0);
  stop.abort();
  const times_ns = await rounds_ns;
  const events = run.events();
  const origin_ns = BigInt(ofKind(events, 'hello')[0]?.monotonicOrigin_ns ?? 0);
  const [from = 0, to = 0] = ofKind(events, 'edge').map(({ t_ns }) => t_ns);
  const during = times_ns.filter((at) => {
    const t_ns = Number(at - origin_ns);
    return t_ns > from && t_ns < to;
  });
  expect(during.length).toBeGreaterThan(0);
  const softirqs = resultOf(run).cells[0]?.activity?.softirqs;
  const received = softirqs?.types.find(({ type }) => type === 'NET_RX');
  // Each round trip wakes the receiver twice; the first and last may lie across an edge.
  const counted = (received?.per_s ?? 0) * (softirqs?.seconds ?? 0);
  expect(counted).toBeGreaterThanOrEqual(during.length - 2);
});

/** One byte to and fro until the signal says stop; when each came back, on CLOCK_MONOTONIC. */
async function roundTrips(echo: Server, signal: AbortSignal): Promise<bigint[]> {
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const socket = connect(address.port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  const times_ns: bigint[] = [];
  while (!signal.aborted) {
    socket.write('x');
    await once(socket, 'data');
    times_ns.push(process.hrtime.bigint());
  }
  socket.destroy();
  return times_ns;
}

const hasTaskset = spawnSync('taskset', ['--version']).error === undefined;
if (!hasTaskset) console.warn('taskset is not installed: nothing can be pinned beside the worker');

test.skipIf(!hasTaskset)(
  'a busy loop on the CPU of the worker makes `preempted` tags',
  async () => {
    const loop: ChildProcess = spawn('taskset', ['-c', '0', process.execPath, '-e', 'for(;;);']);
    onTestFinished(() => void loop.kill('SIGKILL'));
    const cell = mlpCell({ affinity: '0' });
    const run = board.start(board.plan([mlp], [cell], { effort: oneProcess }));
    expect(await run.exit).toBe(0);
    const preempted = ofKind(run.events(), 'iter').flatMap((event) => event.preempted);
    expect(preempted.length).toBeGreaterThan(0);
    const [measured] = resultOf(run).cells;
    expect(measured?.contention?.wait_share).toBeGreaterThan(0.1);
  },
);
