import { toFloat16Array } from '../../agent/contract/float16.ts';
import { encodeModel } from '../onnx/codec.ts';
import { dataTypeIds } from '../onnx/data-types.ts';
import {
  type AttributeProto,
  attributeTypes,
  type Draft,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../onnx/messages.ts';
import { RandomStream } from './random.ts';

export type WeightType = 'float32' | 'float16';

/**
 * Collects nodes and seeded weights and serializes them as one ONNX model with float32 input and
 * output.
 */
export class GraphBuilder {
  readonly #seed: number;
  readonly #weightType: WeightType;
  readonly #nodes: Draft<NodeProto>[] = [];
  readonly #weights: Draft<TensorProto>[] = [];

  constructor(seed: number, weightType: WeightType) {
    this.#seed = seed;
    this.#weightType = weightType;
  }

  /** Adds a node with one output, whose name is the node's; returns that name. */
  node(
    opType: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
    output = name,
  ): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ name, opType, input: [...inputs], output: [output], attribute });
    return output;
  }

  /**
   * Adds a tensor uniform in [-bound, bound), from a random stream of its own; returns its name.
   */
  weight(name: string, dims: readonly number[], bound: number): string {
    const random = new RandomStream(this.#seed, name);
    const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    for (let i = 0; i < values.length; i++) values[i] = (random.nextUniform() * 2 - 1) * bound;
    const stored = this.#weightType === 'float16' ? toFloat16Array(values) : values;
    this.#weights.push({
      name,
      dims: [...dims],
      dataType: dataTypeIds[this.#weightType],
      // ONNX wants little-endian: the byte order of every machine that Node runs on with ONNX
      // Runtime.
      rawData: new Uint8Array(stored.buffer),
    });
    return name;
  }

  /** The serialized model; the leading dimension of input and output is free and called `N`. */
  finish(
    name: string,
    summary: string,
    itemShapes: { readonly input: readonly number[]; readonly output: readonly number[] },
  ): Uint8Array {
    return encodeModel({
      irVersion: 8,
      producerName: 'orin-remote',
      docString: summary,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#weights,
        input: [batchOf('input', itemShapes.input)],
        output: [batchOf('logits', itemShapes.output)],
      },
    });
  }
}

function attributeOf(name: string, value: number | readonly number[]): Draft<AttributeProto> {
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: value };
  return { name, type: attributeTypes.ints, ints: [...value] };
}

function batchOf(name: string, itemShape: readonly number[]): Draft<ValueInfoProto> {
  const dim = [{ dimParam: 'N' }, ...itemShape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: dataTypeIds.float32, shape: { dim } } } };
}
