import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { expect, onTestFinished, test } from 'vitest';
import { encodeModel } from '../../models/onnx/codec.ts';
import type { Draft, ModelProto } from '../../models/onnx/messages.ts';
import { cutInTheMiddle, engineWords } from './engine-words.ts';

const tensor = (name: string) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } },
});

/** What the ONNX Runtime that we pin says when it loads such a model from a long path. */
async function refusalOf(changes: Draft<ModelProto>, opType = 'Identity'): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `orin-words-${'d'.repeat(120)}-`));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const node = [{ opType, input: ['x'], output: ['y'] }];
  const graph = { name: 'g', node, input: [tensor('x')], output: [tensor('y')] };
  const opsetImport = [{ domain: '', version: 17 }];
  const file = join(directory, 'm.onnx');
  writeFileSync(file, encodeModel({ irVersion: 8, opsetImport, graph, ...changes }));
  return await ort.InferenceSession.create(file).then(
    () => 'loaded',
    (error: Error) => error.message,
  );
}

test('a refusal of ONNX Runtime is told to its end, without paths and signatures', async () => {
  expect(engineWords(await refusalOf({ irVersion: 99 }))).toBe(
    'Unsupported model IR version: 99, max supported IR version: 13',
  );
  expect(engineWords(await refusalOf({ opsetImport: [{ domain: '', version: 99 }] }))).toMatch(
    /^ONNX Runtime only \*guarantees\* support .* Current official support for domain ai\.onnx is till opset 26\.$/,
  );
  expect(engineWords(await refusalOf({ opsetImport: [] }))).toMatch(
    /^Missing opset in the model\./,
  );
  expect(engineWords(await refusalOf({}, 'Nonsense'))).toMatch(/Nonsense/);
});

// As `CodeLocation::ToString` composes them; the CUDA line is of github.com/microsoft/onnxruntime's
// issues.
test.each([
  [
    '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, onnxruntime::common::Status> = void] CUDA failure 2: out of memory ; GPU=0',
    'CUDA failure 2: out of memory ; GPU=0',
  ],
  [
    "Non-zero status code returned while running Reshape node. Name:'r' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:47 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == size was false. The input tensor cannot be reshaped",
    "Non-zero status code returned while running Reshape node. Name:'r' Status Message: input_shape_size == size was false. The input tensor cannot be reshaped",
  ],
  [
    'bfc_arena.cc:359 AllocateRawInternal Available memory of 5 is (too) small',
    'Available memory of 5 is (too) small',
  ],
  [
    '/a/inference_session.cc:2106 onnxruntime::InferenceSession::Initialize()::<lambda(const onnxruntime::Graph&)> const Bad graph (x)',
    'Bad graph (x)',
  ],
  [
    'x.cc:1 static bool onnxruntime::{anonymous}::Check(const std::function<void(int)>&) const noexcept no',
    'no',
  ],
  ['x.cc:1 bool onnxruntime::(anonymous namespace)::Check(int) failed (2)', 'failed (2)'],
  [
    'ModelImporter.cpp:195 In function parseNode: it',
    'ModelImporter.cpp:195 In function parseNode: it',
  ],
  ['two\nlines\u001b[31m', 'two lines'],
  ['Load model from /a/b failed:', 'Load model from /a/b failed:'],
])('%s', (said, words) => {
  expect(engineWords(said)).toBe(words);
});

test('what is too long keeps its beginning and its end', () => {
  const words = engineWords(`it begins ${'x'.repeat(5000)} it ends`);
  expect(words).toHaveLength(1000);
  expect(words).toMatch(/^it begins x+ … x+ it ends$/);
  expect(cutInTheMiddle('short', 5)).toBe('short');
});
