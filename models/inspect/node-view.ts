import { toNumber } from '../onnx/codec.ts';
import type { AttributeProto, NodeProto, TensorProto } from '../onnx/messages.ts';

/** A shape whose dimensions are all known. */
export type Shape = readonly number[];

/** What is known while walking through a graph in order. */
export interface Known {
  readonly shapes: Map<string, Shape>;
  /** Values of small integer tensors, for Reshape and its like. */
  readonly integers: Map<string, readonly number[]>;
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

  /** Values of integer input `index`; undefined where they are not constant. */
  integers(index: number): readonly number[] | undefined {
    return this.#known.integers.get(this.node.input[index] ?? '');
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

/** The dimensions of a stored tensor. */
export function dimsOf(tensor: TensorProto): Shape {
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
