import { type BatchModel, rivalBatches } from './batch.ts';
import { ModelError } from './model-error.ts';

/** For a shape that contradicts the model, or another one. */
export function shapeMismatch(
  model: Pick<BatchModel, 'name'>,
  input: string,
  why: string,
  next: string,
): ModelError {
  return new ModelError({
    code: 'input-mismatch',
    what: `the shape asked for input ${input} does not fit ${model.name}`,
    why,
    next,
  });
}

/** For a batch size that a model cannot have; without a reason, because it has no batch. */
export function refusedBatch(
  model: BatchModel,
  size: number,
  reason?: { readonly why: string; readonly next: string },
): ModelError {
  const rivals = rivalBatches(model);
  return new ModelError({
    code: 'input-mismatch',
    what: `${model.name} cannot run with batch size ${size}`,
    why:
      rivals.length > 0
        ? `it names several dimensions as a batch: ${rivals.join(', ')}`
        : 'none of its dimensions is known to be a batch',
    next: 'leave --batch out and choose sizes with --shape, or say what the batch is: --batch-axis NAME, or input:axis',
    ...reason,
  });
}
