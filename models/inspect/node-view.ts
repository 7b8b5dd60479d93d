import { toNumber } from '../onnx/codec.ts';
import type { AttributeProto, NodeProto, TensorProto } from '../onnx/messages.ts';

/** A shape whose dimensions are all known. */
export type Shape = readonly number[];

/** What is known while walking through a graph in order. */
export interface Known {
  readonly shapes: Map<string, Shape>;
  /** Values of small tensors: shapes, axes, scales. */
  readonly values: Map<string, readonly number[]>;
}

/** A node together with what is known of its inputs. */
export class NodeView {
  readonly node: NodeProto;
  readonly #known: Known;

  constructor(node: NodeProto, known: Known) {
    this.node = node;
    this.#known = known;
  }

  /** Shape of input `index`; undefined where it is absent or not known. */
  shape(index: number): Shape | undefined {
    return this.#known.shapes.get(this.node.input[index] ?? '');
  }

  /** Shapes of all inputs, or undefined where one is not known. */
  allShapes(): readonly Shape[] | undefined {
    const shapes = this.node.input.map((_, index) => this.shape(index));
    return shapes.every((shape) => shape !== undefined) ? shapes : undefined;
  }

  /** Values of input `index`; undefined where it is absent, large, or not constant. */
  values(index: number): readonly number[] | undefined {
    return this.#known.values.get(this.node.input[index] ?? '');
  }

  hasInput(index: number): boolean {
    return (this.node.input[index] ?? '') !== '';
  }

  int(name: string, absent: number): number {
    const attribute = this.#attribute(name);
    return attribute ? toNumber(attribute.i) : absent;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.ints.map(toNumber);
  }

  float(name: string): number | undefined {
    return this.#attribute(name)?.f;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.floats;
  }

  has(name: string): boolean {
    return this.#attribute(name) !== undefined;
  }

  text(name: string, absent: string): string {
    const attribute = this.#attribute(name);
    return attribute ? Buffer.from(attribute.s).toString('utf8') : absent;
  }

  tensor(name: string): TensorProto | null {
    return this.#attribute(name)?.t ?? null;
  }

  #attribute(name: string): AttributeProto | undefined {
    return this.node.attribute.find((attribute) => attribute.name === name);
  }
}

/** The domain of ONNX's own operators has two names. */
export function isDefaultDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** The dimensions of a stored tensor. */
export function dimsOf(tensor: Pick<TensorProto, 'dims'>): Shape {
  return tensor.dims.map(toNumber);
}

/** Product of the dimensions: 1 for a scalar. */
export function elementsOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** An axis counted from the end where negative, as ONNX does. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
