import { broadcast } from './broadcast.ts';
import { axisOf, dimsOf, elementsOf, type NodeView, type Shape } from './node-view.ts';
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
  const target = node.integers(1) ?? node.ints('shape');
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
  const given = node.integers(1) ?? node.ints('axes');
  if (!given && node.hasInput(1)) return undefined;
  const axes = given?.map((axis) => axisOf(axis, shape.length));
  return shape.filter((dim, index) => (axes ? !axes.includes(index) : dim !== 1));
};

const unsqueeze: ShapeRule = (node) => {
  const shape = node.shape(0);
  const given = node.integers(1) ?? node.ints('axes');
  if (!shape || !given) return undefined;
  const rank = shape.length + given.length;
  const axes = new Set(given.map((axis) => axisOf(axis, rank)));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.shift() ?? 1)));
};

const pad: ShapeRule = (node) => {
  const shape = node.shape(0);
  const pads = node.integers(1) ?? node.ints('pads');
  // From operator set 18 on pads may concern some axes only.
  if (!shape || pads?.length !== shape.length * 2 || node.hasInput(3)) return undefined;
  return shape.map((dim, axis) => dim + (pads[axis] ?? 0) + (pads[axis + shape.length] ?? 0));
};

const gather: ShapeRule = (node) => {
  const [data, indices] = [node.shape(0), node.shape(1)];
  if (!data || !indices) return undefined;
  const axis = axisOf(node.int('axis', 0), data.length);
  return [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
};

const reduce: ShapeRule = (node) => {
  const shape = node.shape(0);
  const given = node.integers(1) ?? node.ints('axes');
  if (!shape || (!given && node.hasInput(1))) return undefined;
  const axes = (given ?? [...shape.keys()]).map((axis) => axisOf(axis, shape.length));
  if (node.int('keepdims', 1) === 1) return shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return shape.filter((_, index) => !axes.includes(index));
};

const constant: ShapeRule = (node) => {
  const tensor = node.tensor('value');
  return tensor ? dimsOf(tensor) : undefined;
};

const shapeOfShape: ShapeRule = (node) => {
  const shape = node.shape(0);
  return shape && [shape.length];
};

function named(rule: ShapeRule, ops: string): readonly (readonly [string, ShapeRule])[] {
  return ops.split(' ').map((op) => [op, rule]);
}

/** Operators of the default domain whose first output's shape we can tell. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map([
  ...named(
    sameAsFirst,
    'Abs BatchNormalization Cast CastLike Ceil Celu Clip CumSum DequantizeLinear Dropout Elu Erf Exp Floor ' +
      'Gelu GroupNormalization HardSigmoid HardSwish Hardmax Identity InstanceNormalization LRN ' +
      'LayerNormalization LeakyRelu Log LogSoftmax LpNormalization Mish Neg Not QuantizeLinear Reciprocal ' +
      'Relu RMSNormalization Round Selu Shrink Sigmoid Sign Softmax Softplus Softsign Sqrt Swish Tanh ' +
      'ThresholdedRelu Cos Sin',
  ),
  ...named(
    broadcasting,
    'Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or PRelu Pow Sub Sum ' +
      'Where Xor',
  ),
  ...named(pooled, 'AveragePool LpPool MaxPool'),
  ...named(globallyPooled, 'GlobalAveragePool GlobalLpPool GlobalMaxPool'),
  ...named(
    reduce,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ' +
      'ReduceSumSquare',
  ),
  ['Concat', concat],
  ['Constant', constant],
  ['Flatten', flatten],
  ['Gather', gather],
  ['Pad', pad],
  ['Reshape', reshape],
  ['Shape', shapeOfShape],
  ['Squeeze', squeeze],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
]);
