import type { BatchModel, Place } from './batch.ts';
import { isFree } from './dimension-names.ts';
import { exampleShapes, type Unsettled } from './example-shapes.ts';
import { ModelError } from './model-error.ts';
import { type AskedShape, formatShape, shapeFlag } from './shape-text.ts';

/** Shapes of all inputs that a person could choose. */
export interface ShapeExample {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The options that ask for them: `--shape x=1x128`. */
  readonly flags: string;
}

/**
 * Dimensions that nobody has chosen, with shapes to choose: the likeliest first, none of them
 * tried.
 */
export class FreeDimensions extends ModelError {
  readonly examples: readonly ShapeExample[];

  /** @param batch where the batch stands: its size is not asked for. */
  constructor(model: BatchModel, inputs: readonly Unsettled[], batch: readonly Place[]) {
    const open = inputs.filter(({ shape, isUnknown }) => isUnknown || shape.some(isFree));
    const examples = exampleShapes(inputs).map((shapes) => ({
      shapes,
      flags: open
        .map(({ input: { name } }) => flagOf(name, shapes.get(name) ?? [], batch))
        .join(' '),
    }));
    super({
      code: 'free-dimension',
      what: `${model.name} leaves dimensions open that are not the batch size`,
      why: open.map(openText).join('; '),
      next: `choose them, for example ${examples[0]?.flags} (not tried)`,
    });
    this.examples = examples;
  }
}

/** With N for the batch: the advice then holds for any --batch. */
function flagOf(name: string, shape: readonly number[], batch: readonly Place[]): string {
  const asked: AskedShape = shape.map((dim, axis) =>
    batch.some((place) => place.input === name && place.axis === axis) ? null : dim,
  );
  return shapeFlag(name, asked);
}

function openText({ input, shape, isUnknown }: Unsettled): string {
  if (isUnknown) return `${input.name} has no declared shape`;
  const free = shape.filter(isFree).map((dim) => dim ?? '?');
  return `${input.name} is ${formatShape(input.shape ?? [])}, free: ${free.join(', ')}`;
}
