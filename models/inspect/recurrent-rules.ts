import { elementsOf, type NodeView, type Shape } from './node-view.ts';

/**
 * Multiply-adds of LSTM, GRU and RNN: each step takes every weight once, for each item. X is
 * [steps, batch, size] or, with `layout` 1, [batch, steps, size]; W and R hold the weights of all
 * gates and directions.
 */
export function recurrentMacs(node: NodeView): number | undefined {
  const [x, w, r] = [node.shape(0), node.shape(1), node.shape(2)];
  if (x?.length !== 3 || !w || !r) return undefined;
  return elementsOf(x.slice(0, 2)) * (elementsOf(w) + elementsOf(r));
}

/**
 * Outputs Y, Y_h and Y_c of LSTM, GRU and RNN. @param hiddenAxis of R; DynamicQuantizeLSTM has its
 * weights transposed.
 */
export function recurrent(node: NodeView, hiddenAxis: number): readonly Shape[] | undefined {
  const [x, r] = [node.shape(0), node.shape(2)];
  const [directions, hidden] = [r?.[0], r?.[hiddenAxis]];
  if (x?.length !== 3 || directions === undefined || hidden === undefined) return undefined;
  const [first = 0, second = 0] = x;
  if (node.int('layout', 0) === 1) {
    const last = [first, directions, hidden];
    return [[first, second, directions, hidden], last, last];
  }
  const last = [directions, second, hidden];
  return [[first, directions, second, hidden], last, last];
}
