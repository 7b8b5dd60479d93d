import type { NodeView, Shape } from './node-view.ts';

/** How a kernel moves over the spatial dimensions (ONNX Conv, ConvTranspose and the pools). */
interface Window {
  readonly spatial: Shape;
  readonly kernel: Shape;
  readonly strides: Shape;
  readonly dilations: Shape;
  /** Begins of all axes, then ends of all axes. */
  readonly pads: Shape;
  readonly autoPad: string;
}

function windowOf(node: NodeView, input: Shape, kernel: Shape): Window {
  const axes = kernel.length;
  return {
    spatial: input.slice(2),
    kernel,
    strides: node.ints('strides') ?? new Array<number>(axes).fill(1),
    dilations: node.ints('dilations') ?? new Array<number>(axes).fill(1),
    pads: node.ints('pads') ?? new Array<number>(axes * 2).fill(0),
    autoPad: node.text('auto_pad', 'NOTSET'),
  };
}

/** Output sizes of a convolution or pool, as in the ONNX operator descriptions. */
function slide(window: Window, isCeil: boolean): Shape {
  const { spatial, kernel, strides, dilations, pads, autoPad } = window;
  return spatial.map((size, axis) => {
    const stride = strides[axis] ?? 1;
    if (autoPad.startsWith('SAME')) return Math.ceil(size / stride);
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const isPadded = autoPad !== 'VALID';
    const begin = isPadded ? (pads[axis] ?? 0) : 0;
    const end = isPadded ? (pads[axis + kernel.length] ?? 0) : 0;
    const steps = (size + begin + end - reach) / stride;
    if (!isCeil) return Math.floor(steps) + 1;
    const outputs = Math.ceil(steps) + 1;
    // A window that would begin in the padding after the input is left out, as PyTorch does.
    return (outputs - 1) * stride >= size + begin ? outputs - 1 : outputs;
  });
}

/**
 * Output of a convolution with weights [outputs, inputs / group, …kernel] in input `weightIndex`.
 */
export function convolved(node: NodeView, weightIndex: number): Shape | undefined {
  const input = node.shape(0);
  const weight = node.shape(weightIndex);
  const outputs = weight?.[0];
  if (!input || !weight || outputs === undefined || input.length !== weight.length)
    return undefined;
  return [input[0] ?? 0, outputs, ...slide(windowOf(node, input, weight.slice(2)), false)];
}

/** Output of a ConvTranspose with weights [inputs, outputs / group, …kernel]. */
export function deconvolved(node: NodeView): Shape | undefined {
  const input = node.shape(0);
  const weight = node.shape(1);
  if (!input || !weight || input.length !== weight.length) return undefined;
  const window = windowOf(node, input, weight.slice(2));
  const outputs = (weight[1] ?? 0) * node.int('group', 1);
  const given = node.ints('output_shape');
  const extra = node.ints('output_padding') ?? [];
  const { spatial, kernel, strides, dilations, pads, autoPad } = window;
  const sizes = spatial.map((size, axis) => {
    const stride = strides[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const whole = stride * (size - 1) + (extra[axis] ?? 0) + reach;
    // Padding is never negative: a kernel smaller than the stride gives less than size × stride.
    if (autoPad.startsWith('SAME')) return Math.min(size * stride, whole);
    return whole - (pads[axis] ?? 0) - (pads[axis + kernel.length] ?? 0);
  });
  // output_shape names the spatial sizes, in some exports all of them.
  return [input[0] ?? 0, outputs, ...(given?.slice(-sizes.length) ?? sizes)];
}

/** Output of MaxPool, AveragePool and LpPool. */
export function pooled(node: NodeView): Shape | undefined {
  const input = node.shape(0);
  const kernel = node.ints('kernel_shape');
  if (!input || !kernel || kernel.length !== input.length - 2) return undefined;
  const isCeil = node.int('ceil_mode', 0) === 1;
  return [...input.slice(0, 2), ...slide(windowOf(node, input, kernel), isCeil)];
}

/** Output of the global pools: every spatial dimension becomes 1. */
export function globallyPooled(node: NodeView): Shape | undefined {
  return node.shape(0)?.map((dim, axis) => (axis < 2 ? dim : 1));
}
