import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EventOf, JournalEvent } from '../agent/protocol/events.ts';
import type { Cell } from '../agent/protocol/plan.ts';
import { encodeEvent } from '../agent/protocol/wire.ts';
import { resultFromJournal } from '../host/results/compute.ts';
import { readJournal } from '../host/results/journal.ts';
import type { Result } from '../host/results/result.ts';
import { describeOperators } from '../src/output/operator-table.ts';
import { terminalOf } from '../src/output/terminal.ts';
import { ofKind, shortEffort, TestBoard, type TestModel, type TestRun } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { unaryModel } from './support/tiny-models.ts';

const board = new TestBoard();
const model: TestModel = {
  id: 'neg',
  main: 'm.onnx',
  files: { 'm.onnx': unaryModel([1, 8], 'Neg') },
};
const values = new Uint8Array(Float32Array.from({ length: 64 }, (_, i) => i + 0.25).buffer);
const programs = join(board.path, 'programs');
const log = join(board.path, 'calls.log');
const once = { ...shortEffort, minBlocks: 1, maxBlocks: 1 };
const times = JSON.parse(
  readFileSync('test/fixtures/trtexec/trtexec-exportTimes.sample.json', 'utf8'),
) as { readonly latencyMs: number }[];

beforeAll(() => board.install());
afterAll(() => board.remove());
beforeEach(() => {
  rmSync(join(board.basePath, 'engines'), { recursive: true, force: true });
  rmSync(log, { force: true });
});

interface StandIn {
  readonly version?: string;
  readonly fault?: string;
  readonly isStatic?: boolean;
  /** How long its loop takes, warm-up and all. */
  readonly loopMs?: number;
}

/** Puts a trtexec of this kind on the board's PATH. */
function install({ version = '8.5', fault = '', isStatic = false, loopMs = 0 }: StandIn): void {
  mkdirSync(programs, { recursive: true });
  const path = join(programs, 'trtexec');
  const standIn = JSON.stringify(resolve('test/support/trtexec-stand-in.cjs'));
  const config = JSON.stringify({ version, fault, isStatic, loopMs, log });
  writeFileSync(path, `#!${process.execPath}\nrequire(${standIn})(${config});\n`);
  chmodSync(path, 0o755);
}

function cell(id: string, changes: Partial<Cell> = {}): Cell {
  const input = fixedInput('x', [1, 8], board.store(values));
  return testCell(id, 'neg', [input], { engine: 'trtexec', ep: 'tensorrt', ...changes });
}

function start(cells: readonly Cell[], effort = once): TestRun {
  const plan = board.plan([model], cells, { effort, placement: true });
  return board.start(plan, { searchPath: `${programs}:${process.env.PATH}` });
}

async function measure(cells: readonly Cell[], effort = once): Promise<readonly JournalEvent[]> {
  const run = start(cells, effort);
  await run.exit;
  return run.events();
}

async function endOf(
  standIn: StandIn,
  changes: Partial<Cell> = {},
): Promise<EventOf<'process-end'>> {
  install(standIn);
  const [end] = ofKind(await measure([cell('trt', changes)]), 'process-end');
  if (end === undefined) throw new Error('no process ended');
  return end;
}

function resultOf(events: readonly JournalEvent[]): Result {
  return resultFromJournal(readJournal(Buffer.from(events.map(encodeEvent).join(''))));
}

/** Arguments of the calls that build or time. */
const timedCalls = () => calls().filter((words) => !words.includes('--dumpProfile'));

/** Arguments of every call but that for help. */
function calls(): string[][] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as string[]).filter(([first]) => first !== '--help');
}

/** Command lines of living processes that hold these words. */
function commandsWith(words: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return /^\d+$/.test(pid) && command.includes(words) ? [command] : [];
    } catch {
      return [];
    }
  });
}

test('with passes it runs at least one whole pass over the images', async () => {
  install({ version: '8.5' });
  await measure([cell('trt', { batch: 4 })], { ...once, imagesPerPass: 4001 });
  const iterations = calls().flatMap((words) =>
    words.flatMap((word) => /^--iterations=(\d+)$/.exec(word)?.[1] ?? []),
  );
  expect(iterations).toContain('1001');
});

test('its queries become iterations, with what is timed, the build and the stages told apart', async () => {
  install({ loopMs: 1500 });
  const events = await measure([cell('cpu', { engine: 'ort', ep: 'cpu' }), cell('trt')]);
  expect(ofKind(events, 'process-end').map(({ outcome, message }) => [outcome, message])).toEqual([
    ['ok', ''],
    ['ok', ''],
  ]);
  const result = resultOf(events);
  const trt = result.cells.find(({ cell: id }) => id === 'trt');
  expect(trt?.activity?.interrupts_per_s).toBeGreaterThan(0);
  expect(trt?.activity?.softirqs?.types.length).toBeGreaterThan(0);
  expect(trt?.iterations).toMatchObject({ total: 25, warm_up: 0 });
  const sorted = times.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  expect(trt?.median_ns).toBe(Math.round((sorted[12] ?? 0) * 1e6));
  expect(trt?.trtexec).toMatchObject({
    version: '8.5.2',
    timed: 'h2d+compute+d2h',
    engine_bytes: 9,
    warnings: ['* GPU compute time is unstable, with coefficient of variance = 1.7%.'],
  });
  const { h2d_ns, compute_ns, d2h_ns } = trt?.trtexec?.stages ?? {};
  expect((h2d_ns ?? 0) + (compute_ns ?? 0) + (d2h_ns ?? 0)).toBeCloseTo(trt?.median_ns ?? 0, -5);
  expect(trt?.cold_start.first_iteration_ns).toBeNull();
  expect(trt?.placement).toBeNull();
  expect(trt?.outputs).toMatchObject({ reference: 'cpu', ok: true, max_abs: 0 });
});

test('its layers come from a run of their own, once per cell, and are shown', async () => {
  install({ version: '10.3' });
  const result = resultOf(await measure([cell('trt')], shortEffort));
  const profiled = calls().filter((words) => words.includes('--dumpProfile'));
  expect(profiled).toHaveLength(1);
  expect(profiled[0]?.some((word) => word.startsWith('--exportTimes'))).toBe(false);
  const [trt] = result.cells;
  expect(trt?.trtexec?.layers).toMatchObject({ failure: null, runs: 641, count: 12 });
  expect(trt?.placement).toBeNull();
  expect(trt?.gpu?.proof).toBe('engine');
  const terminal = terminalOf(process.stdout, { LANG: 'C.UTF-8', NO_COLOR: '1' });
  expect(describeOperators(result, terminal)).toMatch(/layers of trt\n +layer +per query +median/);
  expect(describeOperators(result, terminal)).toContain('layer1/0/downsample/0/Conv');
});

test.each([
  ['no profile', /^trtexec could not profile the engine \(exit code 1\): Could not write/],
  ['cut profile', /profile does not read/],
])('%s: the measurement stands, the layers are not known', async (fault, words) => {
  install({ fault });
  const [trt] = resultOf(await measure([cell('trt')])).cells;
  expect(trt?.median_ns).toBeGreaterThan(0);
  expect(trt?.trtexec?.layers).toMatchObject({ failure: expect.stringMatching(words), list: [] });
});

test('a profile with a name that would break JSON and terminals is read all the same', async () => {
  install({ fault: 'hostile profile' });
  const [trt] = resultOf(await measure([cell('trt')])).cells;
  expect(trt?.trtexec?.layers).toMatchObject({ failure: null, count: 12 });
  expect(JSON.stringify(trt)).not.toContain('\\u001b');
});

test('iterations follow each other without overlap, whatever the digits of their stamps', async () => {
  install({});
  const [batch] = ofKind(await measure([cell('trt')]), 'iter');
  expect(batch?.dt_ns).toHaveLength(25);
  expect(Math.min(...(batch?.gap_ns ?? []))).toBeGreaterThanOrEqual(0);
});

test('an engine is built once for a model, its shapes, its precision and a TensorRT', async () => {
  install({ version: '8.5' });
  const events = await measure([cell('trt')], shortEffort);
  const builds = ofKind(events, 'trtexec').map(({ build }) => build);
  expect(builds.map(({ isCached }) => isCached)).toEqual([false, true]);
  expect(builds[1]?.duration_ns).toBe(builds[0]?.duration_ns);
  const built = () => calls().filter(([first]) => first?.startsWith('--onnx=')).length;
  expect(built()).toBe(1);
  await measure([cell('half', { precision: 'fp16', askedPrecision: 'fp16' })]);
  expect(built()).toBe(2);
  const wider = fixedInput('x', [1, 4], board.store(values));
  await measure([cell('narrow', { inputs: [wider] })]);
  expect(built()).toBe(3);
  install({ version: '8.6' });
  await measure([cell('trt')]);
  expect(built()).toBe(4);
});

test.each(['8.5', '8.6', '10.3', '10.16', '11.1'])(
  'release %s is told only what it knows',
  async (version) => {
    expect(await endOf({ version })).toMatchObject({ outcome: 'ok', message: '' });
    const [build, run] = calls();
    expect(build).toContain(version === '8.5' ? '--buildOnly' : '--skipInference');
    expect(run).toEqual(expect.arrayContaining(['--exposeDMA', '--useSpinWait']));
    // The defaults that 11 changed.
    expect(run?.includes('--includeDataTransfers')).toBe(version === '11.1');
    expect(run?.includes('--noCudaGraph')).toBe(version === '11.1');
  },
);

test('a model of free shapes is told its shapes, a static one refuses them and is built without', async () => {
  await endOf({ isStatic: false });
  expect(timedCalls().map((words) => words.includes('--shapes=x:1x8'))).toEqual([true, true]);
  rmSync(log);
  rmSync(join(board.basePath, 'engines'), { recursive: true });
  expect((await endOf({ isStatic: true })).outcome).toBe('ok');
  expect(timedCalls().map((words) => words.includes('--shapes=x:1x8'))).toEqual([
    true,
    false,
    false,
  ]);
});

test('precision is set where the release can, and refused where it cannot', async () => {
  const half = { precision: 'fp16', askedPrecision: 'fp16' } as const;
  expect((await endOf({ version: '10.3' }, half)).outcome).toBe('ok');
  expect(calls()[0]).toContain('--fp16');
  expect(await endOf({ version: '11.1' }, half)).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('TensorRT 11.1.0 has no --fp16'),
    next: 'convert the model to fp16 and measure that',
  });
});

test.each([
  ['parse', 'trtexec could not build the engine (exit code 1): [TRT] ModelImporter.cpp:732'],
  ['memory', 'trtexec could not time the engine (exit code 1): Cuda failure: out of memory'],
  ['crash', 'trtexec could not build the engine (SIGSEGV)'],
  ['cut times', "trtexec's times are no JSON"],
  ['other program', 'does not answer as trtexec does; it said: usage: something else'],
])('%s: refused in its own words', async (fault, words) => {
  const end = await endOf({ fault });
  expect(end.outcome).toBe('refused');
  expect(end.message).toContain(words);
  expect(end.iterations).toBe(0);
  const engines = join(board.basePath, 'engines/trtexec');
  const isBuilt = fault === 'memory' || fault === 'cut times';
  const kept = existsSync(engines)
    ? readdirSync(engines).filter((name) => !name.endsWith('.json'))
    : [];
  expect(kept).toHaveLength(isBuilt ? 1 : 0);
});

test('other answers than the CPU’s, or none that are numbers, make the cell INVALID', async () => {
  for (const [fault, reason] of [
    ['wrong answers', /^outputs differ from cpu/],
    ['nan', /^2 output elements are not finite$/],
  ] as const) {
    install({ fault });
    const events = await measure([cell('cpu', { engine: 'ort', ep: 'cpu' }), cell('trt')]);
    const verdict = resultOf(events).cells.find(({ cell: id }) => id === 'trt')?.verdict;
    expect(verdict).toMatchObject({ kind: 'INVALID', reason: expect.stringMatching(reason) });
  }
});

test('where there is none, the cell says what to install', async () => {
  rmSync(programs, { recursive: true, force: true });
  const [end] = ofKind(await measure([cell('trt')]), 'process-end');
  expect(end).toMatchObject({
    outcome: 'refused',
    next: 'on the board: sudo apt-get install libnvinfer-bin',
  });
});

test('cancelling a run ends a trtexec that is building, and leaves no half engine', async () => {
  install({ fault: 'hang' });
  const run = start([cell('trt')]);
  await run.until((events) => {
    const isBuilding = existsSync(log) && calls().length > 0;
    return isBuilding && events.length > 0 ? true : undefined;
  });
  expect(commandsWith(join(programs, 'trtexec'))).not.toEqual([]);
  process.kill(run.pid, 'SIGTERM');
  expect(await run.exit).toBe(6);
  const [end] = ofKind(run.events(), 'process-end');
  expect(end?.outcome).toBe('cancelled');
  expect(commandsWith(join(programs, 'trtexec'))).toEqual([]);
  expect(readdirSync(join(board.basePath, 'engines/trtexec'))).toEqual([]);
});
