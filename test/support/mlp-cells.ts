import type { Cell } from '../../agent/contract/plan.ts';
import { makeBuiltIn } from '../../models/built-in.ts';
import { shortEffort, type TestBoard, type TestModel } from './board.ts';
import { fixedInput, testCell } from './cells.ts';

/** The smallest built-in model that multiplies matrices. */
export const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};

/** Bytes of 4096 float32 ones: more than any input of a test's model takes. */
export const ones = new Uint8Array(new Float32Array(4096).fill(1).buffer);

/** Makes cells of that model for this board, their input in the board's store. */
export function mlpCells(board: TestBoard): (id: string, changes?: Partial<Cell>) => Cell {
  const input = () => fixedInput('input', [1, 784], board.store(ones));
  return (id, changes = {}) => testCell(id, mlp.id, [input()], changes);
}

/** Long enough to be disturbed: only the budget, a signal or a full disk ends a process. */
export const longEffort = {
  ...shortEffort,
  processBudgetMs: 60_000,
  minIterations: 1e9,
  maxIterations: 1e9,
};
