import type { Shape } from './node-view.ts';

/** NumPy's broadcasting of several shapes; undefined where they do not fit together. */
export function broadcast(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: number[] = [];
  for (let fromEnd = rank; fromEnd >= 1; fromEnd--) {
    const dims = shapes.map((shape) => shape.at(-fromEnd) ?? 1);
    const size = dims.find((dim) => dim !== 1) ?? 1;
    if (dims.some((dim) => dim !== 1 && dim !== size)) return undefined;
    result.push(size);
  }
  return result;
}
