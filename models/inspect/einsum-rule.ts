import type { NodeView, Shape } from './node-view.ts';

interface Einsum {
  readonly operands: readonly string[];
  readonly output: string;
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * The equation with the size of each index; undefined with an ellipsis and where sizes do not fit
 * together.
 */
function parse(node: NodeView): Einsum | undefined {
  const equation = node.text('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const operands = left.split(',');
  if (equation === '' || equation.includes('.') || operands.length !== node.node.input.length) {
    return undefined;
  }
  const sizes = new Map<string, number>();
  for (const [at, indices] of operands.entries()) {
    const shape = node.shape(at);
    if (shape?.length !== indices.length) return undefined;
    for (const [axis, index] of [...indices].entries()) {
      const size = shape[axis] ?? 0;
      if ((sizes.get(index) ?? size) !== size) return undefined;
      sizes.set(index, size);
    }
  }
  return { operands, output: right ?? implicitOutput(left), sizes };
}

/** Without `->` the output has the indices that stand once, in alphabetical order. */
function implicitOutput(left: string): string {
  const indices = [...left.replaceAll(',', '')];
  const once = indices.filter((each) => indices.indexOf(each) === indices.lastIndexOf(each));
  return once.toSorted().join('');
}

export function einsumShape(node: NodeView): Shape | undefined {
  const found = parse(node);
  return found && [...found.output].map((index) => found.sizes.get(index) ?? 0);
}

/**
 * Multiply-adds of a product of two: all combinations of indices. More operands are multiplied in
 * an order nobody says.
 */
export function einsumMacs(node: NodeView): number | undefined {
  const found = parse(node);
  if (found?.operands.length !== 2) return undefined;
  return [...found.sizes.values()].reduce((product, size) => product * size, 1);
}
