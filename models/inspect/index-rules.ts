import { broadcast } from './broadcast.ts';
import { axisOf, type NodeView, type Shape } from './node-view.ts';

/** Output of Slice; before operator set 10 its bounds were attributes. */
export function sliced(node: NodeView): Shape | undefined {
  const shape = node.shape(0);
  const starts = node.values(1) ?? node.ints('starts');
  const ends = node.values(2) ?? node.ints('ends');
  if (!shape || !starts || !ends) return undefined;
  const axes = node.hasInput(3) ? node.values(3) : (node.ints('axes') ?? [...starts.keys()]);
  const steps = node.hasInput(4) ? node.values(4) : starts.map(() => 1);
  if (!axes || !steps) return undefined;
  const result = [...shape];
  for (const [at, given] of axes.entries()) {
    const axis = axisOf(given, shape.length);
    const bounds = [starts[at] ?? 0, ends[at] ?? 0] as const;
    result[axis] = sliceLength(shape[axis] ?? 0, bounds, steps[at] ?? 1);
  }
  return result;
}

/** As NumPy counts `range(size)[start:end:step]`. */
function sliceLength(size: number, [start, end]: readonly [number, number], step: number): number {
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (at: number) => Math.min(most, Math.max(least, at < 0 ? at + size : at));
  return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
}

/** All outputs of Split; their number is that of the node's outputs where it says nothing else. */
export function split(node: NodeView): readonly Shape[] | undefined {
  const shape = node.shape(0);
  if (!shape) return undefined;
  const axis = axisOf(node.int('axis', 0), shape.length);
  const size = shape[axis] ?? 0;
  const count = node.int('num_outputs', node.node.output.length);
  const part = Math.ceil(size / count);
  const even = Array.from({ length: count }, (_, at) =>
    at === count - 1 ? size - part * (count - 1) : part,
  );
  const lengths = node.hasInput(1) ? node.values(1) : (node.ints('split') ?? even);
  return lengths?.map((length) => shape.map((dim, at) => (at === axis ? length : dim)));
}

export function expanded(node: NodeView): Shape | undefined {
  const [shape, target] = [node.shape(0), node.values(1)];
  return shape && target && broadcast([shape, target]);
}

export function tiled(node: NodeView): Shape | undefined {
  const [shape, repeats] = [node.shape(0), node.values(1)];
  if (!shape || repeats?.length !== shape.length) return undefined;
  return shape.map((dim, axis) => dim * (repeats[axis] ?? 1));
}

export function depthToSpace(node: NodeView): Shape | undefined {
  const [n = 0, c = 0, h = 0, w = 0] = node.shape(0) ?? [];
  const block = node.int('blocksize', 1);
  return node.shape(0) && [n, c / block ** 2, h * block, w * block];
}

export function spaceToDepth(node: NodeView): Shape | undefined {
  const [n = 0, c = 0, h = 0, w = 0] = node.shape(0) ?? [];
  const block = node.int('blocksize', 1);
  return node.shape(0) && [n, c * block ** 2, h / block, w / block];
}

/** Output of ArgMax and ArgMin. */
export function picked(node: NodeView): Shape | undefined {
  const shape = node.shape(0);
  if (!shape) return undefined;
  const axis = axisOf(node.int('axis', 0), shape.length);
  const keeps = node.int('keepdims', 1) === 1;
  return shape.flatMap((dim, at) => (at !== axis ? dim : keeps ? 1 : []));
}

/** Both outputs of TopK; before operator set 10 the number was an attribute. */
export function topK(node: NodeView): readonly Shape[] | undefined {
  const shape = node.shape(0);
  const k = node.values(1)?.[0] ?? (node.has('k') ? node.int('k', 0) : undefined);
  if (!shape || k === undefined) return undefined;
  const axis = axisOf(node.int('axis', -1), shape.length);
  const result = shape.map((dim, at) => (at === axis ? k : dim));
  return [result, result];
}

export function gatheredND(node: NodeView): Shape | undefined {
  const [data, indices] = [node.shape(0), node.shape(1)];
  const depth = indices?.at(-1);
  if (!data || !indices || depth === undefined) return undefined;
  return [...indices.slice(0, -1), ...data.slice(node.int('batch_dims', 0) + depth)];
}

export function oneHot(node: NodeView): Shape | undefined {
  const [indices, depth] = [node.shape(0), node.values(1)?.[0]];
  if (!indices || depth === undefined) return undefined;
  const axis = axisOf(node.int('axis', -1), indices.length + 1);
  return indices.toSpliced(axis, 0, depth);
}

/** Output of GridSample: [N, C] of the input, the places of the grid. */
export function gridSampled(node: NodeView): Shape | undefined {
  const [input, grid] = [node.shape(0), node.shape(1)];
  return input && grid && [...input.slice(0, 2), ...grid.slice(1, -1)];
}

/** Output of Range, whose bounds and step are scalars. */
export function ranged(node: NodeView): Shape | undefined {
  const [start, limit, step] = [0, 1, 2].map((index) => node.values(index)?.[0]);
  if (start === undefined || limit === undefined || !step) return undefined;
  return [Math.max(0, Math.ceil((limit - start) / step))];
}
