import { afterAll, beforeAll, expect, test } from 'vitest';
import { ofKind } from './support/board.ts';
import { once, resultOf, TrtexecBoard } from './support/trtexec-board.ts';

const board = new TrtexecBoard();

beforeAll(() => board.install());
afterAll(() => board.remove());

test('building an engine is not of the budget: what comes after it is measured as well', async () => {
  board.provide({ buildMs: 7000 });
  const cells = [board.cell('trt'), board.cell('cpu', { engine: 'ort', ep: 'cpu' })];
  const events = await board.measure(cells, { ...once, totalBudgetMs: 6000 });
  const ends = ofKind(events, 'process-end').map(({ process, outcome }) => [process, outcome]);
  expect(ends).toEqual([
    [0, 'ok'],
    [1, 'ok'],
  ]);
  const trt = resultOf(events).cells.find(({ cell }) => cell === 'trt');
  expect(trt?.trtexec?.built_by_cell).toBe(true);
}, 60_000);
