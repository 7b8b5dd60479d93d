import type { ModelFacts, TensorFacts } from '../../../models/facts.ts';

const noTensors: readonly string[] = ['sequence', 'map', 'optional'];

/** The first output that onnxruntime-node cannot hand over: it returns tensors only. */
export function unreturnable({ outputs }: Pick<ModelFacts, 'outputs'>): TensorFacts | undefined {
  return outputs.find(({ dtype }) => noTensors.includes(dtype));
}
