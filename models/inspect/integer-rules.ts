import { toNumber } from '../onnx/codec.ts';
import { dataTypeIds } from '../onnx/data-types.ts';
import { EXTERNAL_LOCATION, type TensorProto } from '../onnx/messages.ts';
import { axisOf, dimsOf, elementsOf, type NodeView } from './node-view.ts';

/** Shapes and axes are short; anything longer is a table of data. */
const MAX_INTEGERS = 64;

/** Values of a small int64 tensor stored in the model; undefined for any other. */
export function storedIntegers(tensor: TensorProto): readonly number[] | undefined {
  const elements = elementsOf(dimsOf(tensor));
  if (tensor.dataType !== dataTypeIds.int64 || tensor.dataLocation === EXTERNAL_LOCATION) {
    return undefined;
  }
  if (elements > MAX_INTEGERS) return undefined;
  if (tensor.int64Data.length === elements) return tensor.int64Data.map(toNumber);
  if (tensor.rawData.length !== elements * 8) return undefined;
  const view = new DataView(tensor.rawData.buffer, tensor.rawData.byteOffset, elements * 8);
  return Array.from({ length: elements }, (_, i) => Number(view.getBigInt64(i * 8, true)));
}

/**
 * Values of a node's first output where it computes a shape: exporters write `x.view(x.size(0), -1)` as
 * Shape → Gather → Unsqueeze → Concat → Reshape.
 */
export function computedIntegers(node: NodeView): readonly number[] | undefined {
  switch (node.node.opType) {
    case 'Constant':
      return constantIntegers(node);
    case 'Shape':
      return node.shape(0)?.slice(node.int('start', 0), node.int('end', Number.MAX_SAFE_INTEGER));
    case 'Identity':
    case 'Cast':
    case 'Squeeze':
    case 'Unsqueeze':
      return node.integers(0);
    case 'Gather':
      return gathered(node);
    case 'Concat':
      return concatenated(node);
    default:
      return undefined;
  }
}

function constantIntegers(node: NodeView): readonly number[] | undefined {
  const tensor = node.tensor('value');
  return tensor ? storedIntegers(tensor) : node.ints('value_ints');
}

function gathered(node: NodeView): readonly number[] | undefined {
  const [values, indices] = [node.integers(0), node.integers(1)];
  if (!values || !indices || node.int('axis', 0) !== 0) return undefined;
  const picked = indices.map((index) => values[axisOf(index, values.length)]);
  return picked.every((value) => value !== undefined) ? picked : undefined;
}

function concatenated(node: NodeView): readonly number[] | undefined {
  const parts = node.node.input.map((_, index) => node.integers(index));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}
