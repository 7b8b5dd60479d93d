import type { Cell } from '../../agent/protocol/plan.ts';
import type { ModelFacts, TensorFacts } from '../../models/facts.ts';
import { OrinError } from '../errors.ts';
import { loadObstacles } from '../runtime/onnxruntime-limits.ts';

/** What the binding of onnxruntime-node cannot hand over. */
const untold: readonly string[] = ['sequence', 'map'];

/**
 * Refuses a model that the engine of a cell is known not to load or not to return, before anything is sent. A library of the
 * board's own and trtexec have limits of their own, which they tell.
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
    if (ortLibrary === null) refuseTooNew(known);
    if (engine === 'ort') refuseUntold(known);
  }
}

function refuseTooNew(facts: ModelFacts): void {
  const obstacles = loadObstacles(facts);
  if (obstacles.length === 0) return;
  throw new OrinError({
    code: 'model-unsupported',
    what: `ONNX Runtime cannot load ${facts.name}`,
    why: obstacles.join('; '),
    next: 'export it for an older opset (torch.onnx.export: opset_version=17), convert it (onnx.version_converter), or measure with a newer library of the board: --engine ort-capi --ort-lib PATH',
  });
}

function refuseUntold({ name, outputs, nodes }: ModelFacts): void {
  const found = outputs.find(({ dtype }) => untold.includes(dtype));
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
