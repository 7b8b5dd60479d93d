import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeEvent } from '../agent/contract/wire.ts';
import { resultFromJournal } from '../host/analysis/compute.ts';
import { readJournal } from '../host/journal/journal.ts';
import { encodeModel } from '../models/onnx/codec.ts';
import { ofKind, shortEffort, TestBoard, type TestModel } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { echoInputs, echoModel } from './support/echo-model.ts';
import { swiftShaderEnvironment } from './support/swift-shader.ts';
import { unaryModel } from './support/tiny-models.ts';

const environment = swiftShaderEnvironment();
const board = new TestBoard();
const values = Float32Array.from({ length: 64 }, (_, i) => (i % 9) - 4);
const once = { ...shortEffort, minBlocks: 1, maxBlocks: 1, maxIterations: 30 };

/** Neg and Abs have kernels for WebGPU, Shrink has none: the graph goes over and back. */
function mixedModel(): TestModel {
  const dim = [{ dimValue: 1 }, { dimValue: 64 }];
  const tensor = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim } } },
  });
  const node = (opType: string, from: string, to: string) => ({
    name: opType,
    opType,
    input: [from],
    output: [to],
  });
  const graph = {
    name: 'mixed',
    node: [node('Neg', 'x', 'a'), node('Shrink', 'a', 'b'), node('Abs', 'b', 'y')],
    input: [tensor('x')],
    output: [tensor('y')],
  };
  const opsetImport = [{ domain: '', version: 17 }];
  const bytes = encodeModel({ irVersion: 8, opsetImport, graph });
  return { id: 'mixed', main: 'm.onnx', files: { 'm.onnx': bytes } };
}

/**
 * Ten times the first row of an image, each pixel once: which class is the answer says which image
 * arrived.
 */
function imageModel(): TestModel {
  const tensor = (name: string, lengths: readonly number[]) => ({
    name,
    type: {
      tensorType: { elemType: 1, shape: { dim: lengths.map((dimValue) => ({ dimValue })) } },
    },
  });
  const int64 = (name: string, values: readonly bigint[]) => ({
    name,
    dims: [values.length],
    dataType: 7,
    rawData: new Uint8Array(BigInt64Array.from(values).buffer),
  });
  const graph = {
    name: 'images',
    node: [
      { name: 'neg', opType: 'Neg', input: ['x'], output: ['a'] },
      { name: 'back', opType: 'Neg', input: ['a'], output: ['b'] },
      { name: 'flat', opType: 'Reshape', input: ['b', 'shape'], output: ['c'] },
      { name: 'first', opType: 'Slice', input: ['c', 'from', 'to', 'axis'], output: ['y'] },
    ],
    initializer: [
      int64('shape', [1n, 3072n]),
      int64('from', [0n]),
      int64('to', [10n]),
      int64('axis', [1n]),
    ],
    input: [tensor('x', [1, 3, 32, 32])],
    output: [tensor('y', [1, 10])],
  };
  const opsetImport = [{ domain: '', version: 17 }];
  const bytes = encodeModel({ irVersion: 8, opsetImport, graph });
  return { id: 'images', main: 'm.onnx', files: { 'm.onnx': bytes } };
}

/** Images whose brightest pixel among the first ten stands at their class. */
function images(): { records: number; bytes: Uint8Array } {
  const records = 10;
  const bytes = new Uint8Array(records * 3073);
  for (let record = 0; record < records; record += 1) {
    const label = (3 * record) % 10;
    bytes[record * 3073] = label;
    bytes[record * 3073 + 1 + label] = 255;
  }
  return { records, bytes };
}

beforeAll(() => board.install());
afterAll(() => board.remove());

test.skipIf(environment === null)(
  'a model that a GPU provider takes in part is proved to be in both places, and counted so',
  async () => {
    const input = fixedInput('x', [1, 64], board.store(new Uint8Array(values.buffer)));
    const cells = [
      testCell('cpu', 'mixed', [input]),
      testCell('gpu', 'mixed', [input], { ep: 'webgpu' }),
      testCell('capi', 'mixed', [input], { ep: 'webgpu', engine: 'ort-capi' }),
    ];
    const plan = board.plan([mixedModel()], cells, { effort: once, placement: true });
    const run = board.start(plan, { environment: environment ?? {} });
    await run.exit;
    const events = run.events();
    expect(ofKind(events, 'process-end').map(({ outcome, message }) => [outcome, message])).toEqual(
      cells.map(() => ['ok', '']),
    );
    const result = resultFromJournal(readJournal(Buffer.from(events.map(encodeEvent).join(''))));
    for (const id of ['gpu', 'capi']) {
      const cell = result.cells.find((one) => one.cell === id);
      expect(cell?.placement).toMatchObject({
        asked: 'WebGpuExecutionProvider',
        failure: null,
        nodes: 3,
        nodes_on_asked: 2,
        islands: 1,
      });
      const copies = cell?.placement?.providers.reduce((sum, one) => sum + one.copies, 0);
      expect(copies).toBeGreaterThan(0);
      expect(cell?.gpu?.proof).toBe('placement');
      expect(cell?.outputs).toMatchObject({ reference: 'cpu', ok: true, max_abs: 0 });
      const notices = result.warnings.filter(({ code }) => code === 'partly-elsewhere');
      expect(notices.map(({ cell: about }) => about)).toContain(id);
    }
  },
  120_000,
);

test.skipIf(environment === null)(
  'every iteration computes the inputs of that iteration, under every engine',
  async () => {
    const { records, bytes } = images();
    const source = {
      kind: 'cifar10' as const,
      sha256: board.store(bytes),
      records,
      mean: [0, 0, 0] as [number, number, number],
      std: [1, 1, 1] as [number, number, number],
    };
    const input = { name: 'x', dtype: 'float32' as const, shape: [1, 3, 32, 32], source };
    const cells = [
      testCell('cpu', 'images', [input]),
      testCell('cpu-capi', 'images', [input], { engine: 'ort-capi' }),
      testCell('gpu', 'images', [input], { ep: 'webgpu' }),
      testCell('gpu-capi', 'images', [input], { ep: 'webgpu', engine: 'ort-capi' }),
    ];
    const plan = board.plan([imageModel()], cells, { effort: once });
    const run = board.start(plan, { environment: environment ?? {} });
    await run.exit;
    const ends = ofKind(run.events(), 'process-end');
    expect(ends.map(({ outcome, message }) => [outcome, message])).toEqual(
      cells.map(() => ['ok', '']),
    );
    expect(ofKind(run.events(), 'output').map(({ labels }) => labels)).toEqual(
      cells.map(() => ({ correct: records, total: records })),
    );
  },
  120_000,
);

test.skipIf(environment === null)(
  'every element type goes over and back unchanged, and outputs of unknown shape are read',
  async () => {
    const free = {
      id: 'free',
      main: 'm.onnx',
      files: { 'm.onnx': unaryModel(['N', 3, 'W'], 'Neg') },
    };
    const x = fixedInput('x', [2, 3, 5], board.store(new Uint8Array(values.buffer)));
    const inputs = echoInputs(board);
    const gpu = { ep: 'webgpu', engine: 'ort-capi' } as const;
    const cells = [
      testCell('echo-cpu', 'echo', inputs),
      testCell('echo-gpu', 'echo', inputs, gpu),
      testCell('free-cpu', 'free', [x]),
      testCell('free-gpu', 'free', [x], gpu),
    ];
    const run = board.start(board.plan([echoModel(), free], cells, { effort: once }), {
      environment: environment ?? {},
    });
    await run.exit;
    const ends = ofKind(run.events(), 'process-end');
    expect(ends.map(({ outcome, message }) => [outcome, message])).toEqual(
      cells.map(() => ['ok', '']),
    );
    const [echo, echoed, negated, negatedThere] = ofKind(run.events(), 'output').map(
      ({ outputs }) => outputs,
    );
    expect(echoed).toEqual(echo);
    expect(negatedThere).toEqual(negated);
    expect(negated?.[0]?.shape).toEqual([2, 3, 5]);
  },
  120_000,
);
