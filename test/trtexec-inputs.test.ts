import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CellInput } from '../agent/contract/plan.ts';
import { encodeEvent } from '../agent/contract/wire.ts';
import { outputAgreement } from '../host/analysis/output-agreement.ts';
import { readJournal } from '../host/journal/journal.ts';
import { ofKind } from './support/board.ts';
import { unaryModel } from './support/tiny-models.ts';
import { negModel, once, resultOf, TrtexecBoard } from './support/trtexec-board.ts';

const board = new TrtexecBoard();
beforeAll(() => board.install());
afterAll(() => board.remove());
beforeEach(() => board.forget());

const wholeNumbers = [0, -1, 2, -3, 16_777_217, 5, 1 - 2 ** 31, 2 ** 31 - 1];
const values = {
  int64: BigInt64Array.from(wholeNumbers, BigInt),
  float64: Float64Array.from([0, -1, 2.5, -3.25, 4096.5, 5, 6, 1e6]),
  int8: Int8Array.from([0, -1, 2, -3, 127, -127, 6, 7]),
};
type Dtype = keyof typeof values;

const versions = ['8.5', '10.3', '11.1'] as const;
const combinations = (Object.keys(values) as Dtype[]).flatMap((dtype) =>
  versions.map((version) => [dtype, version] as const),
);

function measure(dtype: Dtype, data: ArrayBufferView, version: string) {
  const sha256 = board.store(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const source = { kind: 'fixed', sha256 } as const;
  const inputs: CellInput[] = [{ name: 'x', dtype, shape: [1, 8], source }];
  const model = { ...negModel, files: { 'm.onnx': unaryModel([1, 8], 'Neg', dtype) } };
  board.provide({ version, dtype });
  const cpu = board.cell('cpu', { engine: 'ort', ep: 'cpu', inputs });
  return board.measure([cpu, board.cell('trt', { inputs })], once, model);
}

test.each(combinations)(
  '%s values reach TensorRT %s as they are, and its answers the CPU’s',
  async (dtype, version) => {
    const events = await measure(dtype, values[dtype], version);
    expect(ofKind(events, 'process-end').map(({ outcome, message }) => [outcome, message])).toEqual(
      [
        ['ok', ''],
        ['ok', ''],
      ],
    );
    const trt = resultOf(events).cells.find(({ cell }) => cell === 'trt');
    expect(trt?.outputs).toMatchObject({ reference: 'cpu', ok: true, max_abs: 0 });
  },
);

test('with trtexec as the reference, whose numbers have no types, the others compare as well', async () => {
  const events = await measure('int64', values.int64, '10.3');
  const { hello, processes } = readJournal(Buffer.from(events.map(encodeEvent).join('')));
  const cells = hello?.plan.cells ?? [];
  const [cpu, trt] = ['cpu', 'trt'].map((id) => cells.find((cell) => cell.id === id));
  const output = processes.find((process) => process.cell === 'trt')?.output;
  if (!cpu || !trt || !output) throw new Error('a cell or its outputs are missing');
  const ours = processes.filter((process) => process.cell === 'cpu');
  expect(outputAgreement(cpu, ours, { cell: trt, output })).toMatchObject({ ok: true, max_abs: 0 });
});

test.each([
  [
    { fault: 'huge outputs' },
    'trtexec wrote 65.0 MiB to outputs.json, more than the 64.0 MiB that are read',
  ],
  [
    { fault: 'shape of data' },
    'the shape of the output y depends on the data, and trtexec tells it as -1x8',
  ],
  [
    { fault: 'shape of data', version: '10.3' },
    'the shape of the output y depends on the data, and trtexec tells it as -1x8',
  ],
])('%o: the times stand, and it is said why nothing was compared', async (standIn, why) => {
  board.provide(standIn);
  const cells = [board.cell('cpu', { engine: 'ort', ep: 'cpu' }), board.cell('trt')];
  const { cells: measured, warnings } = resultOf(await board.measure(cells));
  const trt = measured.find(({ cell }) => cell === 'trt');
  expect(trt?.verdict.kind).not.toBe('INVALID');
  expect(trt?.median_ns).toBeGreaterThan(0);
  expect(trt?.outputs.ok).toBeNull();
  expect(trt?.trtexec?.outputs_failure).toBe(why);
  expect(warnings).toContainEqual({
    code: 'outputs-not-judged',
    cell: 'trt',
    text: `outputs not judged: ${why}`,
  });
});

test('where trtexec tells a shape that depends on the data, the outputs are compared', async () => {
  board.provide({ fault: 'shape of data', version: '10.16' });
  const cells = [board.cell('cpu', { engine: 'ort', ep: 'cpu' }), board.cell('trt')];
  const trt = resultOf(await board.measure(cells)).cells.find(({ cell }) => cell === 'trt');
  expect(trt?.outputs).toMatchObject({ reference: 'cpu', ok: true, max_abs: 0 });
  expect(trt?.trtexec?.outputs_failure).toBeNull();
});

test.each([
  [
    'int64',
    BigInt64Array.from([0, 0, 0, 0, 0, 0, 0, 2 ** 31].map(BigInt)),
    '8.5',
    'holds 2147483648: TensorRT 8.5.2 has no int64',
  ],
  [
    'float64',
    Float64Array.from([0, 0, 0, 0, 0, 0, 0, 1e39]),
    '10.3',
    'holds 1e+39: TensorRT has no float64',
  ],
] as const)(
  'a value of %s that does not fit is refused, with what to do',
  async (dtype, data, version, words) => {
    const refused = ofKind(await measure(dtype, data, version), 'process-end').at(-1);
    expect(refused).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining(words),
      next: expect.stringMatching(/^give smaller values: .*--input name=file\.npy$/),
    });
  },
);
