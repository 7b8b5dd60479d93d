import { toNumber } from '../onnx/codec.ts';
import { dataTypeIds } from '../onnx/data-types.ts';
import { EXTERNAL_LOCATION, type TensorProto } from '../onnx/messages.ts';
import { axisOf, dimsOf, elementsOf, type NodeView } from './node-view.ts';

/** Shapes, axes and scales are short; anything longer is a table of data. */
const MAX_VALUES = 64;

/**
 * Values of a small tensor of int64, int32 or float32 stored in the model; undefined for any other.
 */
export function storedValues(tensor: TensorProto): readonly number[] | undefined {
  const elements = elementsOf(dimsOf(tensor));
  if (tensor.dataLocation === EXTERNAL_LOCATION || elements > MAX_VALUES) return undefined;
  const { rawData, int64Data, floatData } = tensor;
  switch (tensor.dataType) {
    case dataTypeIds.int64:
      if (int64Data.length > 0) return listed(int64Data.map(toNumber), elements);
      return read(rawData, elements, 8, (view, at) => Number(view.getBigInt64(at, true)));
    case dataTypeIds.int32:
      return read(rawData, elements, 4, (view, at) => view.getInt32(at, true));
    case dataTypeIds.float32:
      return read(floatData.length > 0 ? floatData : rawData, elements, 4, (view, at) =>
        view.getFloat32(at, true),
      );
    default:
      return undefined;
  }
}

function listed(values: readonly number[], elements: number): readonly number[] | undefined {
  return values.length === elements ? values : undefined;
}

function read(
  bytes: Uint8Array,
  elements: number,
  size: number,
  get: (view: DataView, at: number) => number,
): readonly number[] | undefined {
  if (bytes.length !== elements * size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: elements }, (_, index) => get(view, index * size));
}

type ValueRule = (node: NodeView) => readonly number[] | undefined;

const same: ValueRule = (node) => node.values(0);

const each =
  (compute: (value: number) => number): ValueRule =>
  (node) =>
    node.values(0)?.map(compute);

/**
 * Of two lists of one length, or a list and a single value; undefined where a result cannot be
 * known.
 */
const pairwise =
  (compute: (a: number, b: number) => number | undefined): ValueRule =>
  (node) => {
    const [a, b] = [node.values(0), node.values(1)];
    if (!a?.length || !b?.length) return undefined;
    if (a.length !== b.length && a.length !== 1 && b.length !== 1) return undefined;
    const length = Math.max(a.length, b.length);
    const results = Array.from({ length }, (_, index) =>
      compute(a[a.length === 1 ? 0 : index] ?? 0, b[b.length === 1 ? 0 : index] ?? 0),
    );
    return results.every((value) => value !== undefined) ? results : undefined;
  };

const constant: ValueRule = (node) => {
  const tensor = node.tensor('value');
  if (tensor) return storedValues(tensor);
  return node.ints('value_ints') ?? node.floats('value_floats') ?? single(node);
};

function single(node: NodeView): readonly number[] | undefined {
  const value = node.has('value_int') ? node.int('value_int', 0) : node.float('value_float');
  return value === undefined ? undefined : [value];
}

/** Of TensorProto.DataType those to which a cast drops the fraction. */
const integerTypes: readonly number[] = [2, 3, 4, 5, 6, 7, 12, 13];

const cast: ValueRule = (node) => {
  const isInteger = integerTypes.includes(node.int('to', 0));
  return node.values(0)?.map((value) => (isInteger ? Math.trunc(value) : value));
};

const shapeValues: ValueRule = (node) =>
  node.shape(0)?.slice(node.int('start', 0), node.int('end', Number.MAX_SAFE_INTEGER));

const gathered: ValueRule = (node) => {
  const [values, indices] = [node.values(0), node.values(1)];
  if (!values || !indices || node.int('axis', 0) !== 0) return undefined;
  const picked = indices.map((index) => values[axisOf(index, values.length)]);
  return picked.every((value) => value !== undefined) ? picked : undefined;
};

const concatenated: ValueRule = (node) => {
  const parts = node.node.input.map((_, index) => node.values(index));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
};

const sliced: ValueRule = (node) => {
  const values = node.values(0);
  const start = (node.values(1) ?? node.ints('starts'))?.[0];
  const end = (node.values(2) ?? node.ints('ends'))?.[0];
  const step = node.hasInput(4) ? node.values(4)?.[0] : 1;
  if (!values || start === undefined || end === undefined || step !== 1) return undefined;
  return values.slice(start, end);
};

const filled: ValueRule = (node) => {
  const length = node.values(0)?.[0];
  if (node.values(0)?.length !== 1 || length === undefined || length > MAX_VALUES) return undefined;
  const tensor = node.tensor('value');
  const value = tensor ? storedValues(tensor)?.[0] : 0;
  return value === undefined || length < 0 ? undefined : new Array<number>(length).fill(value);
};

const chosen: ValueRule = (node) => {
  const [condition, yes, no] = [node.values(0), node.values(1), node.values(2)];
  if (!condition || !yes || !no || yes.length !== no.length) return undefined;
  if (condition.length !== yes.length) return undefined;
  return condition.map((value, index) => (value !== 0 ? yes[index] : no[index]) ?? 0);
};

const rules: ReadonlyMap<string, ValueRule> = new Map<string, ValueRule>([
  ['Add', pairwise((a, b) => a + b)],
  ['Cast', cast],
  ['Ceil', each(Math.ceil)],
  ['Concat', concatenated],
  ['Constant', constant],
  ['ConstantOfShape', filled],
  // Integers and fractions divide differently, and which they are is not followed.
  ['Div', pairwise((a, b) => (b !== 0 && Number.isInteger(a / b) ? a / b : undefined))],
  ['Equal', pairwise((a, b) => Number(a === b))],
  ['Floor', each(Math.floor)],
  ['Gather', gathered],
  ['Identity', same],
  ['Max', pairwise(Math.max)],
  ['Min', pairwise(Math.min)],
  ['Mul', pairwise((a, b) => a * b)],
  ['Shape', shapeValues],
  ['Slice', sliced],
  ['Squeeze', same],
  ['Sub', pairwise((a, b) => a - b)],
  ['Unsqueeze', same],
  ['Where', chosen],
]);

/**
 * Values of a node's first output where it computes a shape: exporters write
 * `x.view(x.size(0), -1)` as Shape → Gather → Unsqueeze → Concat → Reshape, and twice a size as
 * Shape → Slice → Mul → Cast → Resize.
 */
export function computedValues(node: NodeView): readonly number[] | undefined {
  const values = rules.get(node.node.opType)?.(node);
  return values && values.length <= MAX_VALUES ? values : undefined;
}
