import { type TensorDtype, tensorDtypes } from '../../../agent/contract/plan.ts';
import type { ModelFacts, TensorFacts } from '../../../models/facts.ts';
import { OrinError } from '../../errors.ts';

/** An input that nobody can feed from here, with what to do about it. */
interface UnfeedableInput {
  readonly name: string;
  /** `sequence`, `optional`, `map`, `bfloat16`, … */
  readonly type: string;
  readonly why: string;
  readonly next: string;
}

/** What an exporter can do instead of an input that is no tensor. */
const remedies: Readonly<Record<string, string>> = {
  sequence:
    'export the model with one tensor input for each element, or with one tensor that a node of the model splits (SplitToSequence)',
  optional:
    'export the model with a plain tensor in its place, or without it: one model for each case',
  map: 'export the model with tensors for the keys and values, or convert it without its dictionary (in skl2onnx: an initial type that is a tensor)',
  sparseTensor: 'export the model with a dense tensor in its place',
};

/** The inputs of a model that cannot be fed, in its order. */
export function unfeedableInputs({
  inputs,
}: Pick<ModelFacts, 'inputs'>): readonly UnfeedableInput[] {
  return inputs.flatMap(({ name, dtype }) => {
    if (tensorDtypes.some((known) => known === dtype)) return [];
    const remedy = remedies[dtype];
    return [
      {
        name,
        type: dtype,
        why:
          remedy === undefined
            ? `ONNX Runtime takes ${tensorDtypes.join(', ')} tensors from Node`
            : 'only tensors can be given to a model here',
        next: remedy ?? 'export the model with an input of one of these types, casting inside',
      },
    ];
  });
}

/**
 * Said before anything else of a model: no shape helps it.
 * @throws OrinError `model-unsupported`
 */
export function requireFeedable(facts: Pick<ModelFacts, 'name' | 'inputs'>): void {
  const [first] = unfeedableInputs(facts);
  if (first === undefined) return;
  throw new OrinError({
    code: 'model-unsupported',
    what: `${facts.name} cannot be fed: input ${first.name} is of type ${first.type}`,
    why: first.why,
    next: first.next,
  });
}

/** The type of a feedable input. */
export function dtypeOf({ name, dtype }: TensorFacts): TensorDtype {
  const found = tensorDtypes.find((known) => known === dtype);
  if (found === undefined) throw new Error(`input ${name} cannot be fed`);
  return found;
}
