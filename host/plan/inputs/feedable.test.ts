import { expect, test } from 'vitest';
import { FLOAT, inputModel, inputRequest } from '../../../test/support/input-models.ts';
import { prepareInputs } from './cell-inputs.ts';

test.each(['sequence', 'optional', 'map', 'sparseTensor'])(
  'an input of type %s is refused before any shape is asked for, with what can be done',
  async (dtype) => {
    const { facts } = await inputModel({ x: [FLOAT, ['N', 'T']] });
    const odd = {
      facts: { ...facts, inputs: [...facts.inputs, { name: 's', dtype, shape: null }] },
    };
    for (const shapes of [{}, { s: [1] }]) {
      const refusal = await prepareInputs(odd, inputRequest({ shapes })).catch((error) => error);
      expect(refusal).toMatchObject({
        code: 'model-unsupported',
        exitCode: 2,
        message: `m cannot be fed: input s is of type ${dtype}`,
        next: expect.stringContaining('export the model'),
      });
      expect(refusal.next).not.toMatch(/casting|--shape/);
    }
  },
);
