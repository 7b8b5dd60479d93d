import { type CellInput, itemsPerIteration } from '../../../agent/contract/plan.ts';
import type { ModelFacts } from '../../../models/facts.ts';
import { formatShape } from '../../../models/shape-text.ts';
import type { ResolvedShapes } from '../../../models/shapes.ts';
import { OrinError } from '../../errors.ts';
import type { Cifar10Data } from './cifar10.ts';

/**
 * The one input that takes the images, in every one of these shapes.
 * @param taken inputs that have values already.
 * @throws OrinError `input-mismatch` where there is none, several, or one whose images are not the
 *   items of an iteration.
 */
export function inputForCifar10(
  facts: ModelFacts,
  resolved: readonly ResolvedShapes[],
  { records }: Pick<Cifar10Data, 'records'>,
  taken: ReadonlySet<string>,
): CellInput['name'] {
  const fitting = facts.inputs.filter(
    ({ name, dtype }) =>
      dtype === 'float32' &&
      !taken.has(name) &&
      resolved.every(({ shapes }) => isImages(shapes.get(name) ?? [])),
  );
  const [only, another] = fitting;
  if (!only || another) throw unfit(facts);
  for (const { shapes, batch } of resolved) {
    const images = shapes.get(only.name)?.[0] ?? 0;
    const items = itemsPerIteration({ batch: batch?.size ?? null });
    if (images !== items) {
      throw new OrinError({
        code: 'input-mismatch',
        what: `CIFAR-10 images do not fit ${facts.name}`,
        why: `input ${only.name} takes ${images} images an iteration, which counts as ${items} items`,
        next: `say that they are its batch: --batch-axis ${only.name}:0`,
      });
    }
    if (images > records) {
      throw new OrinError({
        code: 'input-mismatch',
        what: `there are too few CIFAR-10 images for ${facts.name}`,
        why: `an iteration takes ${images} of them, the file has ${records}`,
        next: 'choose a smaller --batch, or give a file of more images',
      });
    }
  }
  return only.name;
}

function unfit(facts: ModelFacts): OrinError {
  const inputs = facts.inputs.map(
    ({ name, dtype, shape }) => `${name}: ${dtype} ${shape ? formatShape(shape) : '?'}`,
  );
  return new OrinError({
    code: 'input-mismatch',
    what: `CIFAR-10 images do not fit ${facts.name}`,
    why: `they need exactly one float32 input of shape Nx3x32x32; inputs are ${inputs.join('; ')}`,
    next: 'leave out --data, or use a model such as resnet34-cifar10',
  });
}

function isImages(shape: readonly number[]): boolean {
  return shape.length === 4 && shape[1] === 3 && shape[2] === 32 && shape[3] === 32;
}
