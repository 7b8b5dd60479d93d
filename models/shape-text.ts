import type { Dimension } from './facts.ts';

/** A `--shape`: null where the batch stands. */
export type AskedShape = readonly (number | null)[];

/**
 * Reads the value of a `--shape` flag, `name=1x3x224x224`; names may contain `=` and `:`,
 * dimensions are decimal, and `N` is the batch, whatever `--batch` says. `name=scalar` has no
 * dimensions. Undefined where it is none.
 */
export function parseShape(
  text: string,
): { readonly name: string; readonly shape: AskedShape } | undefined {
  const scalar = /^(.+)=scalar$/su.exec(text.trim())?.[1];
  if (scalar !== undefined) return { name: scalar, shape: [] };
  const match = /^(.+)=((?:\d{1,10}|N)(?:x(?:\d{1,10}|N))*)$/su.exec(text.trim());
  if (!match?.[1] || !match[2]) return undefined;
  const shape = match[2].split('x').map((dim) => (dim === 'N' ? null : Number(dim)));
  return { name: match[1], shape };
}

/** `1x3xHxW`, `1 x height x width`; `?` where a dimension has no name. */
export function formatShape(shape: readonly Dimension[]): string {
  if (shape.length === 0) return 'scalar';
  const hasWords = shape.some((dim) => typeof dim === 'string' && dim.length > 1);
  return shape.map((dim) => dim ?? '?').join(hasWords ? ' x ' : 'x');
}

/** `--shape x=Nx3x224x224`, quoted where a shell would read more into it. */
export function shapeFlag(name: string, shape: AskedShape): string {
  return `--shape ${quoted(`${name}=${shapeText(shape)}`)}`;
}

/** `Nx3x224x224`, `scalar`: what `parseShape` reads behind the name. */
export function shapeText(shape: AskedShape): string {
  return shape.length === 0 ? 'scalar' : shape.map((dim) => dim ?? 'N').join('x');
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
