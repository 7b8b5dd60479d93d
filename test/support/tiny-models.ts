import { encodeModel } from '../../models/onnx/codec.ts';
import type { Draft, GraphProto, TypeProto } from '../../models/onnx/messages.ts';

const FLOAT = 1;
const elemTypes = { float32: FLOAT, float64: 11, int8: 3, int64: 7 } as const;
const EXTERNAL = 1;

function tensor(name: string, dims: readonly (number | string | null)[], elemType: number = FLOAT) {
  const dim = dims.map((each) => {
    if (each === null) return {};
    return typeof each === 'number' ? { dimValue: each } : { dimParam: each };
  });
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function encodeGraph(graph: Draft<GraphProto>): Uint8Array {
  return encodeModel({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
}

/** x → y of one operator without attributes, of these dimensions and elements. */
export function unaryModel(
  dims: readonly (number | string)[],
  opType = 'Identity',
  dtype: keyof typeof elemTypes = 'float32',
): Uint8Array {
  const elemType = elemTypes[dtype];
  return encodeGraph({
    name: 'unary',
    node: [{ name: 'only', opType, input: ['x'], output: ['y'] }],
    input: [tensor('x', dims, elemType)],
    output: [tensor('y', dims, elemType)],
  });
}

/** x → the sequence y of its rows, whose type is declared so; null: not at all. */
export function splitModel(type: Draft<TypeProto> | null): Uint8Array {
  return encodeGraph({
    name: 'split',
    node: [{ name: 'only', opType: 'SplitToSequence', input: ['x'], output: ['y'] }],
    input: [tensor('x', [1, 4])],
    output: [type === null ? { name: 'y' } : { name: 'y', type }],
  });
}

/** Tensors by name: the dimensions of float32, or a type beside them. */
type Tensors = Readonly<
  Record<
    string,
    | readonly (number | string | null)[]
    | readonly [dtype: 'int64', dims: readonly (number | string | null)[]]
  >
>;

/** A model of any nodes in opset 17. */
export function graphModel(
  inputs: Tensors,
  outputs: Tensors,
  node: Draft<GraphProto>['node'],
  initializer: Draft<GraphProto>['initializer'] = [],
): Uint8Array {
  const tensors = (of: Tensors) =>
    Object.entries(of).map(([name, given]) => {
      const isTyped = given[0] === 'int64' && Array.isArray(given[1]);
      const dims = (isTyped ? given[1] : given) as readonly (number | string | null)[];
      return tensor(name, dims, isTyped ? elemTypes.int64 : FLOAT);
    });
  return encodeGraph({
    name: 'graph',
    input: tensors(inputs),
    output: tensors(outputs),
    node: node ?? [],
    initializer,
  });
}

/** y = x · x of square int64 matrices, whose kernel takes its blocks from the stack. */
export function int64Product(size: number): Uint8Array {
  const dims = [size, size];
  return encodeGraph({
    name: 'product',
    node: [{ name: 'only', opType: 'MatMul', input: ['x', 'x'], output: ['y'] }],
    input: [tensor('x', dims, elemTypes.int64)],
    output: [tensor('y', dims, elemTypes.int64)],
  });
}

/** [N, 4] × [4, 2], the weights in a file of their own beside the model. */
export function externalModel(location: string): Uint8Array {
  const externalData = [{ key: 'location', value: location }];
  return encodeGraph({
    name: 'external',
    node: [{ name: 'product', opType: 'MatMul', input: ['x', 'w'], output: ['y'] }],
    initializer: [
      { name: 'w', dims: [4, 2], dataType: FLOAT, dataLocation: EXTERNAL, externalData },
    ],
    input: [tensor('x', ['N', 4])],
    output: [tensor('y', ['N', 2])],
  });
}
