import { axisOf, type NodeView, type Shape } from './node-view.ts';

/**
 * Output of Resize and Upsample, by their sizes or scales (ONNX operators Resize-10 to 19,
 * Upsample-7 to 9).
 */
export function resized(node: NodeView): Shape | undefined {
  const input = node.shape(0);
  if (!input) return undefined;
  const axes = (node.ints('axes') ?? [...input.keys()]).map((axis) => axisOf(axis, input.length));
  const sizes = node.values(3);
  const found = sizes?.length
    ? fromSizes(node, input, axes, sizes)
    : fromScales(input, axes, scalesOf(node));
  return found && input.map((dim, axis) => found[axes.indexOf(axis)] ?? dim);
}

/** Upsample had an attribute at first; before operator set 11 Resize had no region of interest. */
function scalesOf(node: NodeView): readonly number[] | undefined {
  return node.floats('scales') ?? node.values(node.node.input.length === 2 ? 1 : 2);
}

function fromScales(
  input: Shape,
  axes: readonly number[],
  scales: readonly number[] | undefined,
): Shape | undefined {
  if (scales?.length !== axes.length) return undefined;
  // In single precision, as ONNX Runtime multiplies.
  return axes.map((axis, at) => Math.floor(Math.fround((scales[at] ?? 1) * (input[axis] ?? 0))));
}

function fromSizes(
  node: NodeView,
  input: Shape,
  axes: readonly number[],
  sizes: readonly number[],
): Shape | undefined {
  if (sizes.length !== axes.length) return undefined;
  const policy = node.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return sizes;
  const scales = axes.map((axis, at) => (sizes[at] ?? 0) / (input[axis] ?? 1));
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales);
  return axes.map((axis) => Math.round(scale * (input[axis] ?? 0)));
}
