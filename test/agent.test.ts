import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBuiltIn } from '../models/built-in.ts';
import { encodeModel } from '../models/onnx/codec.ts';
import { ofKind, shortEffort, TestBoard, type TestModel } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { echoInputs, echoModel, elementTypes, valueInfo } from './support/echo-model.ts';
import { mlp, mlpCells, ones } from './support/mlp-cells.ts';

const board = new TestBoard();
const mlpCell = mlpCells(board);
const nullModel: TestModel = {
  id: 'null',
  main: 'null.onnx',
  files: { 'null.onnx': makeBuiltIn('null') },
};

beforeAll(() => board.install());
afterAll(() => board.remove());

function nullCell(id: string, changes = {}) {
  const input = fixedInput('input', [1, 1], board.store(ones));
  return testCell(id, 'null', [input], { purpose: 'calibration', ...changes });
}

function debugLogs(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('mat-debug'));
}

test('a run measures every cell in every block, one process each, and its journal is whole', async () => {
  const logsBefore = debugLogs();
  const cells = [
    mlpCell('one', { affinity: '0' }),
    mlpCell('two', { threads: 2 }),
    nullCell('null-1'),
  ];
  const plan = board.plan([mlp, nullModel], cells, { telemetry: 'mpstat' });
  const run = board.start(plan);
  expect(await run.exit).toBe(0);

  const events = run.events();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  expect(ofKind(events, 'hello')[0]?.plan).toEqual(plan);
  const processes = ofKind(events, 'process');
  expect(processes.map(({ block, cell }) => [block, cell])).toEqual(
    plan.order.flatMap((ids, block) => ids.map((id) => [block, id])),
  );
  expect(new Set(processes.map(({ pid }) => pid)).size).toBe(6);
  expect(processes.find(({ cell }) => cell === 'one')?.cpusAllowed).toBe('0');
  for (const end of ofKind(events, 'process-end')) {
    expect(end).toMatchObject({ outcome: 'ok', exitCode: 0, message: '' });
    expect(end.iterations).toBeGreaterThan(end.warmUpIterations);
  }

  const bytes = readFileSync(join(run.directory, 'journal.ndjson'));
  const bye = events.at(-1);
  const lastLine = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const iterations = ofKind(events, 'iter').reduce((sum, { dt_ns }) => sum + dt_ns.length, 0);
  expect(bye).toMatchObject({
    kind: 'bye',
    reason: 'completed',
    events: events.length - 1,
    iterations,
    sha256: createHash('sha256').update(bytes.subarray(0, lastLine)).digest('hex'),
  });
  expect(debugLogs()).toEqual(logsBefore);
  expect(existsSync(join(board.homePath, '.cache'))).toBe(false);
});

test('every element type goes in and comes out unchanged, all of them in one model', async () => {
  const run = board.start(board.plan([echoModel()], [testCell('a', 'echo', echoInputs(board))]));
  await run.exit;
  expect(ofKind(run.events(), 'process-end')[0]).toMatchObject({ outcome: 'ok', message: '' });
  const outputs = ofKind(run.events(), 'output')[0]?.outputs ?? [];
  for (const [, dtype, values] of elementTypes) {
    const output = outputs.find(({ name }) => name === `out_${dtype}`);
    expect([dtype, output?.sha256]).toEqual([
      dtype,
      createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex'),
    ]);
  }
  expect(outputs.find(({ name }) => name === 'out_float16')?.values).toEqual([1, -2, 3, 0.5]);
  expect(outputs.find(({ name }) => name === 'out_int64')?.values).toEqual([1, -2, 3, 4]);
});

test('a model with its weights in another file finds them beside it', async () => {
  const weights = Float32Array.from({ length: 1024 }, (_, i) => i);
  const graph = {
    name: 'external',
    node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
    initializer: [
      {
        name: 'w',
        dims: [1024],
        dataType: 1,
        dataLocation: 1,
        externalData: [{ key: 'location', value: 'data/w.bin' }],
      },
    ],
    input: [valueInfo('x', 1, [1024])],
    output: [valueInfo('y', 1, [1024])],
  };
  const model = {
    id: 'external',
    main: 'm.onnx',
    files: {
      'm.onnx': encodeModel({ irVersion: 8, opsetImport: [{ version: 17 }], graph }),
      'data/w.bin': new Uint8Array(weights.buffer),
    },
  };
  const cell = testCell('a', 'external', [fixedInput('x', [1024], board.store(ones))]);
  const run = board.start(board.plan([model], [cell]));
  expect(await run.exit).toBe(0);
  expect(ofKind(run.events(), 'output')[0]?.outputs[0]?.values.slice(0, 3)).toEqual([1, 2, 3]);
});

test('images are fed in passes over the data, and the answers counted once each', async () => {
  // Flatten gives the pixels as the answer: class c wins where pixel c is the brightest.
  const graph = {
    name: 'brightest',
    node: [{ opType: 'Flatten', input: ['x'], output: ['y'] }],
    input: [valueInfo('x', 1, [4, 3, 32, 32])],
    output: [valueInfo('y', 1, [4, 3072])],
  };
  const image = (label: number, brightest: number) => {
    const record = Buffer.alloc(3073);
    record[0] = label;
    record[1 + brightest] = 255;
    return record;
  };
  const data = Buffer.concat(Array.from({ length: 10 }, (_, i) => image(i, i < 7 ? i : i - 1)));
  const model = {
    id: 'brightest',
    main: 'm.onnx',
    files: { 'm.onnx': encodeModel({ irVersion: 8, opsetImport: [{ version: 17 }], graph }) },
  };
  const source = {
    kind: 'cifar10' as const,
    sha256: board.store(data),
    records: 10,
    mean: [0, 0, 0] as [number, number, number],
    std: [1, 1, 1] as [number, number, number],
  };
  const input = { name: 'x', dtype: 'float32' as const, shape: [4, 3, 32, 32], source };
  const effort = { ...shortEffort, processBudgetMs: 300, imagesPerPass: 1001 };
  const cell = testCell('a', 'brightest', [input], { batch: 4 });
  const run = board.start(board.plan([model], [cell], { effort }));
  expect(await run.exit).toBe(0);
  const [output] = ofKind(run.events(), 'output');
  expect(output?.labels).toEqual({ correct: 7, total: 10 });
  expect(output?.outputs[0]?.top1).toEqual([0, 1, 2, 3]);
  for (const end of ofKind(run.events(), 'process-end')) {
    const steady = end.iterations - end.warmUpIterations;
    expect([end.stop, steady > 0, steady % 251]).toEqual(['passes', true, 0]);
  }
});

test('times lie where they say: iterations follow each other without overlap', async () => {
  const run = board.start(board.plan([mlp], [mlpCell('a', { threads: 2 })]));
  expect(await run.exit).toBe(0);
  const events = run.events();
  let end = 0;
  let next = 0;
  for (const batch of ofKind(events, 'iter').filter(({ process }) => process === 0)) {
    expect(batch.first).toBe(next);
    expect(batch.t0_ns).toBeGreaterThanOrEqual(end);
    expect(batch.gap_ns).toHaveLength(batch.dt_ns.length - 1);
    expect(Math.min(...batch.dt_ns)).toBeGreaterThan(0);
    expect(Math.min(0, ...batch.gap_ns)).toBe(0);
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    end = batch.t0_ns + sum(batch.dt_ns) + sum(batch.gap_ns);
    next = batch.first + batch.dt_ns.length;
  }
  const [threads] = ofKind(events, 'threads');
  expect(threads?.threads.filter(({ role }) => role === 'ort')).toHaveLength(1);
  expect(threads?.threads.find(({ role }) => role === 'main')?.run_ns).toBeGreaterThan(0);
  const edges = ofKind(events, 'edge').filter(({ process }) => process === 0);
  expect(edges.map(({ edge }) => edge)).toEqual(['steady-start', 'steady-end']);
  expect(edges[0]?.interrupts).toMatch(/CPU0/);
  expect(edges[0]?.softirqs).toMatch(/NET_RX:/);
});
