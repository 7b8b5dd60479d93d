import type { Cell } from '../../agent/contract/plan.ts';
import type { ModelFacts, TensorFacts } from '../../models/facts.ts';
import { OrinError } from '../errors.ts';
import { loadObstacles } from '../store/runtime/onnxruntime-limits.ts';
import { unreturnable } from './inputs/returnable.ts';

/**
 * Refuses a model that the engine of a cell is known not to load or not to return, before anything
 * is sent. A library of the board's own and trtexec have limits of their own, which they tell.
 * @param facts Of the models, by their ids in the plan.
 * @throws OrinError `model-unsupported`
 */
export function refuseUnloadable(
  cells: readonly Pick<Cell, 'model' | 'engine' | 'ortLibrary'>[],
  facts: ReadonlyMap<string, ModelFacts>,
): void {
  for (const { model, engine, ortLibrary } of cells) {
    const known = facts.get(model);
    if (known === undefined || engine === 'trtexec') continue;
    if (ortLibrary === null) refuseObstacles(known);
    if (engine === 'ort') refuseUntold(known);
  }
}

function refuseObstacles(facts: ModelFacts): void {
  const obstacles = loadObstacles(facts);
  if (obstacles.length === 0) return;
  throw new OrinError({
    code: 'model-unsupported',
    what: `ONNX Runtime cannot load ${facts.name}`,
    why: obstacles.join('; '),
    next: [...facts.inputs, ...facts.outputs].some(({ isTypeIncomplete }) => isTypeIncomplete)
      ? 'export it again with the types of its inputs and outputs in full (onnx.helper.make_tensor_sequence_value_info names that of the elements)'
      : 'export it for an older opset (torch.onnx.export: opset_version=17), convert it (onnx.version_converter), or measure with a newer library of the board: --engine ort-capi --ort-lib PATH',
  });
}

function refuseUntold(facts: ModelFacts): void {
  const { name, nodes } = facts;
  const found = unreturnable(facts);
  if (found === undefined) return;
  const hasZipMap = nodes.byOp.some(({ op }) => op === 'ai.onnx.ml.ZipMap');
  const without = hasZipMap
    ? 'export it without ZipMap (skl2onnx: options={"zipmap": False})'
    : 'export it with tensors as outputs';
  throw new OrinError({
    code: 'model-unsupported',
    what: `engine ort cannot return ${outputText(found)} of ${name}`,
    why: 'onnxruntime-node returns tensors only',
    next: `measure with --engine ort-capi, which takes it, or ${without}`,
  });
}

function outputText({ name, dtype }: TensorFacts): string {
  return `output ${name}, a ${dtype},`;
}
