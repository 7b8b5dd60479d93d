import type { ModelFacts } from '../../../models/facts.ts';
import { ONNX_RUNTIME_VERSION } from './onnxruntime-files.ts';

/**
 * What the pinned release of ONNX Runtime refuses to load, as it says itself when asked
 * (`onnxruntime-limits.test.ts` asks it). Domains that are not here it takes in any version: they
 * are of operators that somebody registers.
 */
const MAX_IR_VERSION = 13;
const maxOpsets: ReadonlyMap<string, number> = new Map([
  ['ai.onnx', 26],
  ['ai.onnx.ml', 5],
  ['ai.onnx.training', 1],
  ['ai.onnx.preview.training', 1],
  ['com.microsoft', 1],
  ['com.microsoft.experimental', 1],
  ['com.microsoft.nchwc', 1],
  ['com.ms.internal.nhwc', 26],
  ['org.pytorch.aten', 1],
]);

/**
 * Why the pinned ONNX Runtime cannot load a model, one sentence each; empty where nothing in its
 * header, its inputs and its outputs speaks against it.
 */
export function loadObstacles({
  irVersion,
  opsets,
  inputs,
  outputs,
}: Pick<ModelFacts, 'irVersion' | 'opsets' | 'inputs' | 'outputs'>): string[] {
  const release = `ONNX Runtime ${ONNX_RUNTIME_VERSION}`;
  return [
    ...(irVersion > MAX_IR_VERSION
      ? [`it has IR version ${irVersion}; ${release} reads up to ${MAX_IR_VERSION}`]
      : []),
    ...opsets.flatMap(({ domain, version, isAlias }) => {
      // Of the default domain it looks at the version only where the name is empty.
      const most = isAlias ? version : (maxOpsets.get(domain) ?? version);
      return version > most
        ? [`it needs opset ${version} of ${domain}; ${release} has it up to ${most}`]
        : [];
    }),
    ...[...inputs, ...outputs].flatMap(({ name, dtype, isTypeIncomplete }) =>
      isTypeIncomplete ? [`the declared type of ${name}, ${dtype}, has no element type`] : [],
    ),
  ];
}
