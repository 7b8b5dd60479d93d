import type { ModelFacts } from '../../../models/facts.ts';
import { FreeDimensions, type ShapeExample } from '../../../models/free-dimensions.ts';
import { OrinError } from '../../errors.ts';
import { engineWords } from '../../journal/engine-words.ts';
import { dtypeOf } from './feedable.ts';
import { unreturnable } from './returnable.ts';
import { type Trial, tryShapes } from './try-shapes.ts';

interface TrialPlace {
  readonly agentPath: string;
  readonly signal: AbortSignal;
}

/**
 * The same error with advice that was tried: shapes that ran here, or ONNX Runtime's reason against
 * those that did not. Any other error as it is.
 */
export async function triedAdvice(
  error: unknown,
  facts: ModelFacts,
  place: TrialPlace,
): Promise<unknown> {
  if (!(error instanceof OrinError) || !(error.cause instanceof FreeDimensions)) return error;
  const { examples } = error.cause;
  const trial = await tryExamples(facts, examples, place);
  const { code, message: what, why = '', cause } = error;
  return new OrinError({
    code,
    what,
    cause,
    why: why + whyText(trial),
    next: nextText(trial, examples),
  });
}

async function tryExamples(
  facts: ModelFacts,
  examples: readonly ShapeExample[],
  { agentPath, signal }: TrialPlace,
): Promise<Trial> {
  const model = facts.files[0]?.location ?? null;
  if (model === null) return { kind: 'not-tried', why: 'it is no file' };
  const output = unreturnable(facts);
  if (output !== undefined) {
    return { kind: 'not-tried', why: `output ${output.name} is no tensor` };
  }
  const candidates = examples.map(({ shapes }) =>
    facts.inputs.map((input) => ({
      name: input.name,
      dtype: dtypeOf(input),
      shape: [...(shapes.get(input.name) ?? [])],
    })),
  );
  const { sizeBytes: modelBytes } = facts;
  return await tryShapes({ job: { model, candidates }, modelBytes, agentPath, signal });
}

function whyText(trial: Trial): string {
  if (trial.kind === 'refused')
    return `; shapes that were tried here do not run: ${engineWords(trial.reason)}`;
  return trial.kind === 'unloadable'
    ? `; ONNX Runtime does not load it: ${engineWords(trial.reason)}`
    : '';
}

function nextText(trial: Trial, examples: readonly ShapeExample[]): string {
  const [likeliest] = examples;
  switch (trial.kind) {
    case 'ran':
      return `choose them, for example ${examples[trial.candidate]?.flags} (this ran here)`;
    case 'refused':
      return `choose them with --shape, like ${likeliest?.flags}: these sizes do not fit each other`;
    case 'unloadable':
      return 'mend the model first: no shape makes it run';
    case 'not-tried':
      return `choose them, for example ${likeliest?.flags} (not tried: ${trial.why})`;
  }
}
