import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeEvent } from '../agent/protocol/wire.ts';
import { resultFromJournal } from '../host/results/compute.ts';
import { readJournal } from '../host/results/journal.ts';
import { ofKind, shortEffort, TestBoard, type TestModel } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { unaryModel } from './support/tiny-models.ts';
import { installTrtexec } from './support/trtexec-program.ts';

const board = new TestBoard();
const model: TestModel = {
  id: 'neg',
  main: 'm.onnx',
  files: { 'm.onnx': unaryModel([1, 8], 'Neg') },
};

beforeAll(() => board.install());
afterAll(() => board.remove());

test('building an engine is not of the budget: what comes after it is measured as well', async () => {
  const searchPath = installTrtexec(join(board.path, 'programs'), { buildMs: 7000 });
  const values = new Uint8Array(Float32Array.from({ length: 8 }, (_, i) => i).buffer);
  const input = fixedInput('x', [1, 8], board.store(values));
  const cells = [
    testCell('trt', 'neg', [input], { engine: 'trtexec', ep: 'tensorrt' }),
    testCell('cpu', 'neg', [input]),
  ];
  const effort = { ...shortEffort, minBlocks: 1, maxBlocks: 1, totalBudgetMs: 6000 };
  const run = board.start(board.plan([model], cells, { effort }), { searchPath });
  await run.exit;
  const events = run.events();
  const ends = ofKind(events, 'process-end').map(({ process, outcome }) => [process, outcome]);
  expect(ends).toEqual([
    [0, 'ok'],
    [1, 'ok'],
  ]);
  const { cells: results } = resultFromJournal(
    readJournal(Buffer.from(events.map(encodeEvent).join(''))),
  );
  expect(results.find((one) => one.cell === 'trt')?.trtexec?.built_in_run).toBe(true);
}, 60_000);
