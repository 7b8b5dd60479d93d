import ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { inspectModel } from '../../../models/inspect/inspect-model.ts';
import { encodeModel } from '../../../models/onnx/codec.ts';
import type { Draft, TypeProto } from '../../../models/onnx/messages.ts';
import { splitModel } from '../../../test/support/tiny-models.ts';
import { loadObstacles } from './onnxruntime-limits.ts';

const tensor = (name: string) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } },
});

function model(irVersion: number, opsetImport: { domain: string; version: number }[]) {
  const node = [{ opType: 'Identity', input: ['x'], output: ['y'] }];
  const graph = { name: 'g', node, input: [tensor('x')], output: [tensor('y')] };
  return encodeModel({ irVersion, opsetImport, graph });
}

const onnx = (version: number) => ({ domain: '', version });
const alias = (version: number) => ({ domain: 'ai.onnx', version });
const with17 = (domain: string, version: number) => model(8, [onnx(17), { domain, version }]);

const sequence = (elemType: Draft<TypeProto>) => splitModel({ sequenceType: { elemType } });
const float = { tensorType: { elemType: 1 } };

test.each([
  ['no type at all', splitModel(null), true],
  ['a type of nothing', splitModel({}), true],
  ['tensors', sequence(float), true],
  ['no elements', splitModel({ sequenceType: {} }), false],
  ['elements of no type', sequence({}), false],
  ['tensors of no type', sequence({ tensorType: {} }), false],
  ['an optional of nothing', splitModel({ optionalType: {} }), false],
  ['a tensor of no type', splitModel({ tensorType: {} }), false],
  ['a map of no key', splitModel({ mapType: { valueType: float } }), false],
  ['a map of no value', splitModel({ mapType: { keyType: 7 } }), false],
])('a sequence declared as %s: ONNX Runtime says the same', async (name, bytes, isLoaded) => {
  const session = await ort.InferenceSession.create(bytes).catch((error: Error) => error);
  const facts = await inspectModel({ name, bytes });
  expect(loadObstacles(facts)).toHaveLength(isLoaded ? 0 : 1);
  expect(session instanceof Error ? session.message : '').toMatch(
    isLoaded ? /^$/ : /Unsupported type proto|Invalid tensor data type/,
  );
});

test.each([
  ['IR 13', model(13, [onnx(17)]), true],
  ['IR 14', model(14, [onnx(17)]), false],
  ['opset 26', model(8, [onnx(26)]), true],
  ['opset 27', model(8, [onnx(27)]), false],
  ['opset 27, as ai.onnx', model(8, [alias(27)]), true],
  ['opset 27, beside ai.onnx', model(8, [alias(17), onnx(27)]), false],
  ['a domain of somebody', with17('foo.bar', 1000), true],
  ...[
    ['ai.onnx.ml', 5] as const,
    ['ai.onnx.training', 1] as const,
    ['ai.onnx.preview.training', 1] as const,
    ['com.microsoft', 1] as const,
    ['com.microsoft.experimental', 1] as const,
    ['com.microsoft.nchwc', 1] as const,
    ['com.ms.internal.nhwc', 26] as const,
    ['org.pytorch.aten', 1] as const,
  ].flatMap(([domain, most]): [string, Uint8Array, boolean][] => [
    [`${domain} ${most}`, with17(domain, most), true],
    [`${domain} ${most + 1}`, with17(domain, most + 1), false],
  ]),
])('%s: our word on it is that of ONNX Runtime', async (name, bytes, isLoaded) => {
  const session = await ort.InferenceSession.create(bytes).catch((error: Error) => error);
  expect(session instanceof Error ? session.message : '').toMatch(isLoaded ? /^$/ : /opset|IR/);
  const obstacles = loadObstacles(await inspectModel({ name, bytes }));
  expect(obstacles).toHaveLength(isLoaded ? 0 : 1);
});
