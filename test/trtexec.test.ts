import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOperators } from '../src/report/operator-table.ts';
import { terminalOf } from '../src/terminal/terminal.ts';
import { ofKind, shortEffort } from './support/board.ts';
import { fixedInput } from './support/cells.ts';
import { once, resultOf, type StandIn, TrtexecBoard } from './support/trtexec-board.ts';

const board = new TrtexecBoard();
const { programs } = board;
const times = JSON.parse(
  readFileSync('test/fixtures/trtexec/trtexec-exportTimes.sample.json', 'utf8'),
) as { readonly latencyMs: number }[];
const install = (standIn: StandIn) => board.provide(standIn);
const cell: TrtexecBoard['cell'] = (...words) => board.cell(...words);
const measure: TrtexecBoard['measure'] = (...words) => board.measure(...words);
const endOf: TrtexecBoard['endOf'] = (...words) => board.endOf(...words);
const calls = () => board.calls();
const timedCalls = () => board.timedCalls();

beforeAll(() => board.install());
afterAll(() => board.remove());
beforeEach(() => board.forget());

/** Living processes of this board whose command line holds these words. */
function pidsOf(words: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isOurs = command.includes(board.path) && command.includes(words);
      return /^\d+$/.test(pid) && isOurs ? [Number(pid)] : [];
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
  const [wider] = cell('trt').inputs;
  const narrow = fixedInput('x', [1, 4], wider?.source.sha256 ?? '');
  await measure([cell('narrow', { inputs: [narrow] })]);
  expect(built()).toBe(3);
  install({ version: '8.6' });
  await measure([cell('trt')]);
  expect(built()).toBe(4);
});

test.each(['8.5', '8.6', '10.3', '10.16', '11.1'])(
  'release %s is told only what it knows',
  async (version) => {
    install({ version });
    const events = await measure([cell('trt')]);
    expect(ofKind(events, 'process-end')).toMatchObject([{ outcome: 'ok', message: '' }]);
    expect(ofKind(events, 'trtexec')[0]?.warnings).toEqual([
      '* GPU compute time is unstable, with coefficient of variance = 1.7%.',
    ]);
    const [build, run] = calls();
    expect(build).toContain(version === '8.5' ? '--buildOnly' : '--skipInference');
    expect(run).toContain('--exposeDMA');
    // The defaults that 11 changed; to ask for one of them is a warning there.
    expect(run?.includes('--useSpinWait')).toBe(version !== '11.1');
    expect(run?.includes('--includeDataTransfers')).toBe(version === '11.1');
    expect(run?.includes('--noCudaGraph')).toBe(version === '11.1');
  },
);

test('a model of free shapes is told its shapes, a static one refuses them and is built without', async () => {
  await endOf({ isStatic: false });
  expect(timedCalls().map((words) => words.includes('--shapes=x:1x8'))).toEqual([true, true]);
  board.forget();
  expect((await endOf({ isStatic: true })).outcome).toBe('ok');
  expect(timedCalls().map((words) => words.includes('--shapes=x:1x8'))).toEqual([
    true,
    false,
    false,
  ]);
});

test('known from the plan, the shapes of a static model are not tried first, and no figure has the build', async () => {
  install({ isStatic: true });
  const events = await measure([cell('trt', { hasFreeShapes: false })]);
  expect(timedCalls().map((words) => words.some((word) => word.startsWith('--shapes=')))).toEqual([
    false,
    false,
  ]);
  const [told] = ofKind(events, 'trtexec');
  expect(told?.build.preparing_ns).toBeGreaterThanOrEqual(told?.build.duration_ns ?? Infinity);
});

test('precision is set where the release can, and refused where it cannot', async () => {
  const half = { precision: 'fp16', askedPrecision: 'fp16' } as const;
  expect((await endOf({ version: '10.3' }, half)).outcome).toBe('ok');
  expect(calls()[0]).toContain('--fp16');
  expect(await endOf({ version: '11.1' }, half)).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining("11.1.0 computes in the model's own types: fp16"),
    next: 'convert the model to fp16 and measure that',
  });
});

test.each([
  ['parse', 'trtexec could not build the engine (exit code 1): While parsing'],
  ['memory', 'trtexec could not time the engine (exit code 1): Cuda failure: out of memory'],
  [
    'crash',
    'trtexec could not build the engine (ended by SIGSEGV): no error was told; its last line: Start parsing network model.',
  ],
  ['cut times', "trtexec's times are no JSON"],
  ['other program', 'does not answer as trtexec does; it said: usage: something else'],
])('%s: refused in its own words', async (fault, words) => {
  const end = await endOf({ fault });
  expect(end.outcome).toBe('refused');
  expect(end.message).toContain(words);
  expect(end.iterations).toBe(0);
  const { engines } = board;
  const isBuilt = fault === 'memory' || fault === 'cut times';
  const kept = existsSync(engines)
    ? readdirSync(engines).filter((name) => !name.endsWith('.json'))
    : [];
  expect(kept).toHaveLength(isBuilt ? 1 : 0);
});

test('killed without a word of its own: free memory is the way on, its command line is no reason', async () => {
  const end = await endOf({ fault: 'killed' });
  expect(end.message).toMatch(/^trtexec could not build the engine \(ended by SIGKILL\): /);
  expect(end.message).not.toContain('&&&&');
  expect(end.next).toBe('free memory on the board, or take a smaller batch');
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

test('what a worker that is killed in a build leaves lies in the run’s directory, and goes at its end', async () => {
  install({ fault: 'hang' });
  const elsewhere = join(board.path, 'tmp');
  mkdirSync(elsewhere);
  const environment = { TMPDIR: elsewhere };
  const run = board.begin([cell('trt')], once, undefined, { environment });
  await run.until(() => (board.wasCalled() ? true : undefined));
  const scratch = join(run.directory, 'scratch');
  expect(existsSync(scratch)).toBe(true);
  for (const pid of pidsOf('agent.cjs work')) process.kill(pid, 'SIGKILL');
  await run.exit;
  expect(ofKind(run.events(), 'process-end')).toMatchObject([{ outcome: 'killed' }]);
  expect(existsSync(scratch)).toBe(false);
  expect(readdirSync(elsewhere)).toEqual([]);
});

test('cancelling a run ends a trtexec that is building, and leaves no half engine', async () => {
  install({ fault: 'hang' });
  const run = board.begin([cell('trt')]);
  await run.until((events) => {
    return board.wasCalled() && events.length > 0 ? true : undefined;
  });
  expect(pidsOf(join(programs, 'trtexec'))).not.toEqual([]);
  process.kill(run.pid, 'SIGTERM');
  expect(await run.exit).toBe(6);
  const [end] = ofKind(run.events(), 'process-end');
  expect(end?.outcome).toBe('cancelled');
  expect(pidsOf(join(programs, 'trtexec'))).toEqual([]);
  expect(readdirSync(board.engines)).toEqual([]);
});
