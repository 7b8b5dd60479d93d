import type { Cell, CellInput } from '../../agent/contract/plan.ts';

/** A cell on the CPU with everything at its default; its id is its label. */
export function plainCell(id: string, model: string): Cell {
  return {
    id,
    purpose: 'measure',
    label: id,
    model,
    engine: 'ort',
    ep: 'cpu',
    epOptions: {},
    ortLibrary: null,
    threads: 1,
    interOpThreads: null,
    affinity: null,
    batch: 1,
    precision: 'fp32',
    askedPrecision: null,
    graphOptimization: 'all',
    spinning: true,
    sessionConfig: {},
    inputs: [],
  };
}

/** A plain cell that can run: with inputs, and what the test changes of it. */
export function testCell(
  id: string,
  model: string,
  inputs: readonly CellInput[],
  changes: Partial<Cell> = {},
): Cell {
  return { ...plainCell(id, model), inputs: [...inputs], ...changes };
}

/** A float32 input whose values are in the store. */
export function fixedInput(name: string, shape: readonly number[], sha256: string): CellInput {
  return { name, dtype: 'float32', shape: [...shape], source: { kind: 'fixed', sha256 } };
}
