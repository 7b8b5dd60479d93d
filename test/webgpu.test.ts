import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeEvent } from '../agent/protocol/wire.ts';
import { resultFromJournal } from '../host/results/compute.ts';
import { readJournal } from '../host/results/journal.ts';
import { encodeModel } from '../models/onnx/codec.ts';
import { ofKind, shortEffort, TestBoard, type TestModel } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';

/** Chromium's software Vulkan, the one that ONNX Runtime's WebGPU takes; Mesa's is refused for what it lacks. */
const directories = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const swiftShader = directories.find(
  (directory) =>
    existsSync(`${directory}/vk_swiftshader_icd.json`) && existsSync(`${directory}/libvulkan.so.1`),
);

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

beforeAll(() => board.install());
afterAll(() => board.remove());

test('a model that a GPU provider takes in part is proved to be in both places, and counted so', async () => {
  if (process.arch !== 'x64' || swiftShader === undefined) {
    console.warn(
      'skipped: needs the x64 build of onnxruntime-node and SwiftShader of an installed Chromium',
    );
    return;
  }
  const input = fixedInput('x', [1, 64], board.store(new Uint8Array(values.buffer)));
  const cells = [
    testCell('cpu', 'mixed', [input]),
    testCell('gpu', 'mixed', [input], { ep: 'webgpu' }),
    testCell('capi', 'mixed', [input], { ep: 'webgpu', engine: 'ort-capi' }),
  ];
  const plan = board.plan([mixedModel()], cells, { effort: once, placement: true });
  const run = board.start(plan, {
    environment: {
      LD_LIBRARY_PATH: swiftShader,
      VK_ICD_FILENAMES: `${swiftShader}/vk_swiftshader_icd.json`,
    },
  });
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
}, 120_000);
