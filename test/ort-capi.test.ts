import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventOf, JournalEvent } from '../agent/contract/events.ts';
import type { Cell } from '../agent/contract/plan.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { echoInputs, echoModel, elementTypes } from './support/echo-model.ts';
import { installedLibrary, releasedLibrary } from './support/onnxruntime-release.ts';
import { slowModel } from './support/slow-model.ts';
import { unaryModel } from './support/tiny-models.ts';

const board = new TestBoard();
const numbers = new Uint8Array(Float32Array.from({ length: 4096 }, (_, i) => (i % 17) / 17).buffer);
const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};
const once = { ...shortEffort, minBlocks: 1, maxBlocks: 1 };

beforeAll(() => board.install());
afterAll(() => board.remove());

function mlpCell(id: string, changes: Partial<Cell> = {}): Cell {
  const inputs = [fixedInput('input', [1, 784], board.store(numbers))];
  return testCell(id, 'mlp', inputs, { engine: 'ort-capi', ...changes });
}

async function measure(
  model: TestModel,
  cells: readonly Cell[],
  changes = {},
): Promise<readonly JournalEvent[]> {
  const run = board.start(board.plan([model], cells, { effort: once, ...changes }));
  await run.exit;
  return run.events();
}

const outputsOf = (events: readonly JournalEvent[]): EventOf<'output'>['outputs'][] =>
  ofKind(events, 'output').map(({ outputs }) => outputs);

async function refusalOf(changes: Partial<Cell>): Promise<EventOf<'process-end'>> {
  const [end] = ofKind(await measure(mlp, [mlpCell('a', changes)]), 'process-end');
  if (end === undefined) throw new Error('no process ended');
  return end;
}

test('it answers what onnxruntime-node answers, to the bit, under every thread setting', async () => {
  const cells = [
    mlpCell('node', { engine: 'ort' }),
    mlpCell('one'),
    mlpCell('two', { threads: 2, spinning: false }),
    mlpCell('parallel', { interOpThreads: 2, graphOptimization: 'basic' }),
  ];
  const events = await measure(mlp, cells);
  expect(ofKind(events, 'process-end').map(({ outcome, message }) => [outcome, message])).toEqual(
    cells.map(() => ['ok', '']),
  );
  const [node, one, two] = outputsOf(events);
  expect(one).toEqual(node);
  expect(two).toEqual(node);
  const workers = ofKind(events, 'threads').map(
    ({ threads }) => threads.filter(({ role }) => role === 'ort').length,
  );
  expect(workers.slice(0, 3)).toEqual([0, 0, 1]);
});

test.each(['1.16.3', '1.20.1'])(
  'one table of functions serves ONNX Runtime %s as well',
  async (version) => {
    const ortLibrary = await releasedLibrary(version);
    if (ortLibrary === null) return;
    const cells = [mlpCell('pushed'), mlpCell('other', { ortLibrary })];
    const events = await measure(mlp, cells, { placement: true });
    expect(ofKind(events, 'process-end').map(({ outcome, message }) => [outcome, message])).toEqual(
      [
        ['ok', ''],
        ['ok', ''],
      ],
    );
    const [pushed, other] = outputsOf(events).map(([logits]) => logits?.values ?? []);
    expect(pushed).toHaveLength(10);
    for (const [i, value] of (pushed ?? []).entries())
      expect(other?.[i]).toBeCloseTo(value ?? 0, 4);
    const proofs = ofKind(events, 'placement');
    expect(proofs.map(({ failure, providers }) => [failure, providers[0]?.provider])).toEqual([
      [null, 'CPUExecutionProvider'],
      [null, 'CPUExecutionProvider'],
    ]);
  },
  240_000,
);

test('every element type goes in and comes out unchanged, strings too', async () => {
  const inputs = echoInputs(board);
  const cells = [
    testCell('node', 'echo', inputs),
    testCell('capi', 'echo', inputs, { engine: 'ort-capi' }),
  ];
  const events = await measure(echoModel(), cells);
  expect(ofKind(events, 'process-end').map(({ message }) => message)).toEqual(['', '']);
  const [node, capi] = outputsOf(events);
  expect(capi).toEqual(node);
  for (const [, dtype, values] of elementTypes) {
    const output = capi?.find(({ name }) => name === `out_${dtype}`);
    expect(output?.sha256).toBe(
      createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'),
    );
  }
});

test('outputs of free shape are right in the first run and in all later ones', async () => {
  const model = {
    id: 'free',
    main: 'm.onnx',
    files: { 'm.onnx': unaryModel(['N', 3, 'W'], 'Neg') },
  };
  const input = fixedInput('x', [2, 3, 5], board.store(numbers));
  const cells = [testCell('capi', 'free', [input], { engine: 'ort-capi' })];
  const events = await measure(model, cells, { effort: shortEffort });
  expect(ofKind(events, 'process-end').map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  const [outputs] = outputsOf(events);
  expect(outputs?.[0]).toMatchObject({ name: 'y', shape: [2, 3, 5] });
  expect(outputs?.[0]?.values[1]).toBeCloseTo(-1 / 17, 6);
});

test('what ONNX Runtime refuses is told in its own words, with the library that said so', async () => {
  const wrong = mlpCell('a', { inputs: [fixedInput('input', [1, 7], board.store(numbers))] });
  const [end] = ofKind(await measure(mlp, [wrong]), 'process-end');
  expect(end).toMatchObject({ outcome: 'refused' });
  expect(end?.message).toMatch(/invalid dimensions|Got: 7 Expected: 784/);
  const garbage = { id: 'mlp', main: 'm.onnx', files: { 'm.onnx': Buffer.from('no model') } };
  const [load] = ofKind(await measure(garbage, [mlpCell('a')]), 'process-end');
  expect(load?.message).toMatch(/protobuf parsing failed/i);
  expect(load?.message).toContain('ONNX Runtime 1.30.0');
});

test('a library that is missing, is none, or is too old is refused with the way on', async () => {
  const missing = await refusalOf({ ortLibrary: '/nowhere/libonnxruntime.so' });
  expect(missing).toMatchObject({
    outcome: 'refused',
    message: '/nowhere/libonnxruntime.so is not on this board',
    next: expect.stringContaining('--ort-lib'),
  });
  const text = join(board.path, 'text.so');
  writeFileSync(text, 'not a library');
  expect((await refusalOf({ ortLibrary: text })).message).toMatch(/cannot load .*text\.so/);
  const old = await releasedLibrary('1.14.0');
  if (old === null) return;
  expect(await refusalOf({ ortLibrary: old })).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('is ONNX Runtime 1.14.0'),
    next: 'use ONNX Runtime 1.16 or newer',
  });
}, 240_000);

test('a CUDA graph is refused: its replays would copy neither inputs nor outputs', async () => {
  for (const [ep, option] of [
    ['cuda', 'enable_cuda_graph'],
    ['tensorrt', 'trt_cuda_graph_enable'],
  ] as const) {
    const end = await refusalOf({ ep, precision: 'tf32', epOptions: { [option]: 'True' } });
    expect(end).toMatchObject({ outcome: 'refused', next: `leave ${option} out` });
    expect(end.message).toContain(`${option} leaves out the copies`);
  }
});

test('a provider that the library lacks is refused, never replaced by the CPU', async () => {
  const library = await releasedLibrary('1.16.3');
  if (library === null) return;
  for (const ep of ['cuda', 'tensorrt', 'webgpu'] as const) {
    const end = await refusalOf({ ep, ortLibrary: library });
    expect(end.outcome).toBe('refused');
    expect(end.message).toContain('it was built with CPUExecutionProvider');
    expect(end.iterations).toBe(0);
  }
}, 240_000);

test('CUDA without its libraries is refused in the words of ONNX Runtime', async () => {
  if (process.arch !== 'x64') {
    console.warn('skipped: only the x64 library of npm was built with CUDA');
    return;
  }
  const end = await refusalOf({ ep: 'cuda', ortLibrary: installedLibrary });
  expect(end.outcome).toBe('refused');
  expect(end.message).toContain('the CUDA provider cannot be loaded');
  expect(end.message).toContain('libonnxruntime_providers_shared.so');
});

test('engines that TensorRT builds are kept apart by model, shapes, precision and options', async () => {
  const other = { ...mlp, id: 'other', files: { 'mlp.onnx': makeBuiltIn('mlp-tiny').slice() } };
  // The same names in another file, as a model that was trained again.
  const last = other.files['mlp.onnx'].length - 1;
  other.files['mlp.onnx'][last] = (other.files['mlp.onnx'][last] ?? 0) ^ 1;
  const ownPath = join(board.path, 'own engines');
  const tensorRt = (id: string, changes: Partial<Cell> = {}) =>
    mlpCell(id, { ep: 'tensorrt', precision: 'tf32', ...changes });
  const cells = [
    tensorRt('a'),
    tensorRt('same'),
    tensorRt('model', { model: 'other' }),
    tensorRt('precision', { precision: 'fp16', askedPrecision: 'fp16' }),
    tensorRt('options', { epOptions: { trt_max_workspace_size: '1000000000' } }),
    tensorRt('own-path', { epOptions: { trt_engine_cache_path: ownPath } }),
    tensorRt('none', { epOptions: { trt_engine_cache_enable: '0' } }),
    tensorRt('shape', { inputs: [fixedInput('input', [2, 784], board.store(numbers))] }),
    mlpCell('cpu'),
  ];
  rmSync(join(board.basePath, 'engines'), { recursive: true, force: true });
  const run = board.start(board.plan([mlp, other], cells, { effort: once }));
  await run.exit;
  expect(ofKind(run.events(), 'process-end').map(({ outcome }) => outcome)).toEqual([
    ...cells.slice(1).map(() => 'refused'),
    'ok',
  ]);
  const directories = readdirSync(join(board.basePath, 'engines'));
  // One of them is below the path that its options name, and one keeps nothing.
  expect(directories).toHaveLength(5);
  expect(readdirSync(ownPath)).toHaveLength(1);
  for (const name of directories) expect(name).toMatch(/^ort-[0-9a-f]{40}$/);
});

test('precision is TensorRT’s to set, and the CPU takes no provider options', async () => {
  const precise = await refusalOf({ askedPrecision: 'fp16', precision: 'fp16' });
  expect(precise.message).toContain('the CPU provider computes as the model is: fp16');
  const option = await refusalOf({ epOptions: { device_id: '1' } });
  expect(option.message).toContain('the CPU provider takes no options; device_id was given');
});

test('a cancel ends a long inference from within: the worker comes to its own end, with what it has', async () => {
  const values = new Uint8Array(new Float32Array(1024 * 1024).fill(1).buffer);
  const input = fixedInput('x', [1024, 1024], board.store(values));
  const cells = [testCell('slow', 'slow', [input], { engine: 'ort-capi' })];
  const effort = { ...once, processBudgetMs: 600_000, minIterations: 1000, maxIterations: 1000 };
  const run = board.start(board.plan([slowModel()], cells, { effort }));
  await run.until((events) => ofKind(events, 'iter').at(0));
  // Somewhere in the second iteration.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const before = ofKind(run.events(), 'iter').flatMap(({ dt_ns }) => dt_ns).length;
  process.kill(run.pid, 'SIGTERM');
  expect(await run.exit).toBe(6);
  const [end] = ofKind(run.events(), 'process-end');
  // By itself, without the iteration that was under way: neither killed nor waited for.
  expect(end).toMatchObject({ outcome: 'cancelled', exitCode: 0, signal: null, stop: 'cancelled' });
  expect(end?.iterations).toBe(before);
}, 120_000);

test('long iterations run beside the main thread, all of them on one other', async () => {
  const values = new Uint8Array(new Float32Array(1024 * 1024).fill(1).buffer);
  const input = fixedInput('x', [1024, 1024], board.store(values));
  const cells = [testCell('slow', 'slow', [input], { engine: 'ort-capi' })];
  const warmUp = { minIterations: 1, minMs: 0, capMs: 1, capShare: 0.3 };
  const effort = { ...once, warmUp, minIterations: 4, maxIterations: 4, processBudgetMs: 60_000 };
  const events = await measure(slowModel({ nodes: 40 }), cells, { effort });
  const [taken] = ofKind(events, 'threads');
  const threads = taken?.threads ?? [];
  // Of the CPU time, which other programs do not change; of the time on the wall they take what
  // they like.
  const all_ns = threads.reduce((sum, { run_ns }) => sum + run_ns, 0);
  const shares = threads.map(({ role, run_ns }) => ({ role, share: run_ns / all_ns }));
  expect(shares.filter(({ share }) => share > 0.3)).toMatchObject([{ role: 'other' }]);
}, 120_000);

test('a library that crashes takes its worker with it and nothing else', async () => {
  const source = join(board.path, 'crash.c');
  const library = join(board.path, 'crash.so');
  writeFileSync(source, 'void *OrtGetApiBase(void) { __builtin_trap(); }');
  if (spawnSync('cc', ['-shared', '-fPIC', '-o', library, source]).status !== 0) {
    console.warn('skipped: there is no C compiler to make a crashing library with');
    return;
  }
  const cells = [mlpCell('crash', { ortLibrary: library }), mlpCell('good')];
  const ends = ofKind(await measure(mlp, cells), 'process-end');
  expect(ends.map(({ outcome }) => outcome)).toEqual(['crashed', 'ok']);
});
