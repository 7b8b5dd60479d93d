import { broadcast } from './broadcast.ts';
import {
  depthToSpace,
  expanded,
  gatheredND,
  gridSampled,
  oneHot,
  picked,
  ranged,
  sliced,
  spaceToDepth,
  tiled,
} from './index-rules.ts';
import { axisOf, dimsOf, elementsOf, type NodeView, type Shape } from './node-view.ts';
import { resized } from './resize-rules.ts';
import { globallyPooled, pooled } from './window-rules.ts';

/** Shape of a node's first output; undefined where it cannot be told. */
export type ShapeRule = (node: NodeView) => Shape | undefined;

const sameAsFirst: ShapeRule = (node) => node.shape(0);

const broadcasting: ShapeRule = (node) => {
  const shapes = node.allShapes();
  return shapes && broadcast(shapes);
};

const flatten: ShapeRule = (node) => {
  const shape = node.shape(0);
  if (!shape) return undefined;
  const axis = axisOf(node.int('axis', 1), shape.length);
  return [elementsOf(shape.slice(0, axis)), elementsOf(shape.slice(axis))];
};

const reshape: ShapeRule = (node) => {
  const input = node.shape(0);
  // Before operator set 5 the shape was an attribute.
  const target = node.values(1) ?? node.ints('shape');
  if (!input || !target) return undefined;
  const copiesZero = node.int('allowzero', 0) === 0;
  const dims = target.map((dim, axis) => (dim === 0 && copiesZero ? (input[axis] ?? 0) : dim));
  if (!dims.includes(-1)) return dims;
  const rest = elementsOf(dims.filter((dim) => dim !== -1));
  const missing = elementsOf(input) / rest;
  return Number.isInteger(missing) ? dims.map((dim) => (dim === -1 ? missing : dim)) : undefined;
};

const transpose: ShapeRule = (node) => {
  const shape = node.shape(0);
  if (!shape) return undefined;
  const order = node.ints('perm') ?? [...shape.keys()].reverse();
  return order.map((axis) => shape[axis] ?? 0);
};

const concat: ShapeRule = (node) => {
  const shapes = node.allShapes();
  const first = shapes?.[0];
  if (!shapes || !first) return undefined;
  const axis = axisOf(node.int('axis', 0), first.length);
  const length = shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0);
  return first.map((dim, index) => (index === axis ? length : dim));
};

const squeeze: ShapeRule = (node) => {
  const shape = node.shape(0);
  if (!shape) return undefined;
  const given = node.values(1) ?? node.ints('axes');
  if (!given && node.hasInput(1)) return undefined;
  const axes = given?.map((axis) => axisOf(axis, shape.length));
  return shape.filter((dim, index) => (axes ? !axes.includes(index) : dim !== 1));
};

const unsqueeze: ShapeRule = (node) => {
  const shape = node.shape(0);
  const given = node.values(1) ?? node.ints('axes');
  if (!shape || !given) return undefined;
  const rank = shape.length + given.length;
  const axes = new Set(given.map((axis) => axisOf(axis, rank)));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.shift() ?? 1)));
};

const pad: ShapeRule = (node) => {
  const shape = node.shape(0);
  const pads = node.values(1) ?? node.ints('pads');
  if (!shape || !pads) return undefined;
  // From operator set 18 on pads may concern some axes only.
  const given = node.hasInput(3) ? node.values(3) : [...shape.keys()];
  if (pads.length !== (given?.length ?? -1) * 2) return undefined;
  const axes = given?.map((axis) => axisOf(axis, shape.length)) ?? [];
  return shape.map((dim, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? dim : dim + (pads[at] ?? 0) + (pads[at + axes.length] ?? 0);
  });
};

const gather: ShapeRule = (node) => {
  const [data, indices] = [node.shape(0), node.shape(1)];
  if (!data || !indices) return undefined;
  const axis = axisOf(node.int('axis', 0), data.length);
  return [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
};

const reduce: ShapeRule = (node) => {
  const shape = node.shape(0);
  const given = node.values(1) ?? node.ints('axes');
  if (!shape || (!given && node.hasInput(1))) return undefined;
  const axes = (given ?? [...shape.keys()]).map((axis) => axisOf(axis, shape.length));
  if (node.int('keepdims', 1) === 1) return shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return shape.filter((_, index) => !axes.includes(index));
};

const shapeOfShape: ShapeRule = (node) => {
  const shape = node.shape(0);
  const [start, end] = [node.int('start', 0), node.int('end', Number.MAX_SAFE_INTEGER)];
  return shape && [shape.slice(start, end).length];
};

const ofSecond: ShapeRule = (node) => node.shape(1);

/** A scalar, or as long as the list that it holds. */
const constant: ShapeRule = (node) => {
  const tensor = node.tensor('value');
  if (tensor) return dimsOf(tensor);
  const list = node.ints('value_ints') ?? node.floats('value_floats');
  if (list) return [list.length];
  return node.has('value_int') || node.has('value_float') ? [] : undefined;
};

const scalar: ShapeRule = () => [];

/** Quantized operators of two inputs have their second as input 3. */
const broadcastingQuantized: ShapeRule = (node) => {
  const [a, b] = [node.shape(0), node.shape(3)];
  return a && b && broadcast([a, b]);
};

/** QLinearConcat: scale and zero point of the output, then three inputs for each part. */
const concatQuantized: ShapeRule = (node) => {
  const parts = node.node.input.flatMap((_, at) => (at % 3 === 2 ? [node.shape(at)] : []));
  const first = parts[0];
  if (!first || !parts.every((part) => part !== undefined)) return undefined;
  const axis = axisOf(node.int('axis', 0), first.length);
  const length = parts.reduce((sum, part) => sum + (part[axis] ?? 0), 0);
  return first.map((dim, at) => (at === axis ? length : dim));
};

/**
 * Of an operator that works on the channels last where it is told so, only the usual order is
 * followed.
 */
const channelsFirst =
  (rule: ShapeRule): ShapeRule =>
  (node) =>
    node.int('channels_last', 0) === 0 ? rule(node) : undefined;

const roiAligned: ShapeRule = (node) => {
  const [input, rois] = [node.shape(0), node.shape(1)];
  if (!input || !rois) return undefined;
  const size = [node.int('output_height', 1), node.int('output_width', 1)];
  return [rois[0] ?? 0, input[1] ?? 0, ...size];
};

function named(rule: ShapeRule, ops: string): readonly (readonly [string, ShapeRule])[] {
  return ops.split(' ').map((op) => [op, rule]);
}

/**
 * Operators of the default domain whose first output's shape we can tell; those of several outputs
 * are in output-rules.ts.
 */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map([
  ...named(
    sameAsFirst,
    'Abs Acos Acosh Asin Asinh Atan Atanh BatchNormalization Bernoulli BitwiseNot Cast CastLike Ceil Celu Clip ' +
      'Cos Cosh CumProd CumSum DequantizeLinear Dropout Elu Erf Exp EyeLike Floor Gelu GroupNormalization ' +
      'HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN LayerNormalization LeakyRelu ' +
      'Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not QuantizeLinear RMSNormalization ' +
      'RandomNormalLike RandomUniformLike Reciprocal Relu ReverseSequence RotaryEmbedding Round Scatter ' +
      'ScatterElements ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ' +
      'TensorScatter ThresholdedRelu Trilu',
  ),
  ...named(
    broadcasting,
    'Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean ' +
      'Min Mod Mul Or PRelu Pow Sub Sum Where Xor',
  ),
  ...named(pooled, 'AveragePool LpPool MaxPool'),
  ...named(globallyPooled, 'GlobalAveragePool GlobalLpPool GlobalMaxPool'),
  ...named(
    reduce,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ' +
      'ReduceSumSquare',
  ),
  ...named(picked, 'ArgMax ArgMin'),
  ...named(resized, 'Resize Upsample'),
  ['Concat', concat],
  ['Constant', constant],
  ['ConstantOfShape', (node) => node.values(0)],
  ['DepthToSpace', depthToSpace],
  ['Expand', expanded],
  ['Flatten', flatten],
  ['Gather', gather],
  ['GatherElements', ofSecond],
  ['GatherND', gatheredND],
  ['GridSample', gridSampled],
  ['OneHot', oneHot],
  ['Pad', pad],
  ['Range', ranged],
  ['Reshape', reshape],
  ['RoiAlign', roiAligned],
  ['Shape', shapeOfShape],
  ['Size', scalar],
  ['Slice', sliced],
  ['SpaceToDepth', spaceToDepth],
  ['Squeeze', squeeze],
  ['Tile', tiled],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
]);

/**
 * The same of ONNX Runtime's own operators (domain com.microsoft, docs/ContribOperators.md there).
 */
export const contributedShapes: ReadonlyMap<string, ShapeRule> = new Map([
  ...named(
    sameAsFirst,
    'BiasGelu BiasSplitGelu DequantizeLinear FastGelu Gelu GroupNorm QLinearLeakyRelu QLinearSigmoid ' +
      'QLinearSoftmax QuantizeLinear QuickGelu RotaryEmbedding SimplifiedLayerNormalization ' +
      'SkipLayerNormalization SkipSimplifiedLayerNormalization',
  ),
  ...named(broadcastingQuantized, 'QLinearAdd QLinearMul'),
  ['BiasAdd', sameAsFirst],
  ['QLinearAveragePool', channelsFirst(pooled)],
  ['QLinearConcat', concatQuantized],
  ['QLinearGlobalAveragePool', channelsFirst(globallyPooled)],
]);
