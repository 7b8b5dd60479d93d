import { makeTinyMlp } from './generate/mlp.ts';
import { makeNullModel } from './generate/null-model.ts';
import { makeResNet34, type ResNet34Options } from './generate/resnet34.ts';
import { ModelError } from './model-error.ts';
import { nearestName } from './nearest-name.ts';

/** A model that we generate ourselves. */
export interface BuiltInModel {
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  readonly precision: 'fp32' | 'fp16';
  /** Of the serialized model: results of different versions are comparable while it stays. */
  readonly sha256: string;
}

interface Recipe extends BuiltInModel {
  make(): Uint8Array;
}

/** The same weights for every variant of a network, so that their outputs can be compared. */
const SEED = 34;
const MLP_SUMMARY = 'Perceptron 784-256-128-10, tens of microseconds';
const NULL_SUMMARY = 'One Identity node: measures the harness itself';

function resNet34(
  name: string,
  summary: string,
  sha256: string,
  options: Pick<ResNet34Options, 'hasMaxPool' | 'weightType'>,
): Recipe {
  const precision = options.weightType === 'float16' ? 'fp16' : 'fp32';
  const make = () => makeResNet34({ name, summary, seed: SEED, ...options });
  return { name, summary, precision, sha256, make };
}

const recipes: readonly Recipe[] = [
  resNet34(
    'resnet34-cifar10',
    'ResNet-34, ImageNet stem with max pooling, 3×32×32 → 10, random weights',
    '547108a3fbfab40b16690dd7463e09a5498182272cc0ae287e3f21d7b5c2c118',
    { hasMaxPool: true, weightType: 'float32' },
  ),
  resNet34(
    'resnet34-cifar10-nopool',
    'ResNet-34, ImageNet stem without max pooling, 3×32×32 → 10, random weights',
    'e6c3f77c1f9afaff5d112223c12fcf07a583ee9544957853dd777c8cf9c0213a',
    { hasMaxPool: false, weightType: 'float32' },
  ),
  resNet34(
    'resnet34-cifar10-fp16',
    'resnet34-cifar10 in half precision, float32 in and out',
    'ca20e7233b6fa3f42a1e1b3bf9c1a0bb090150a75ba69ed3e3aeb50b2ef18596',
    { hasMaxPool: true, weightType: 'float16' },
  ),
  resNet34(
    'resnet34-cifar10-nopool-fp16',
    'resnet34-cifar10-nopool in half precision, float32 in and out',
    '87162d15f0776edb085dcdd4e8fb7fe706a4529cb4814f7fccc80f450c428307',
    { hasMaxPool: false, weightType: 'float16' },
  ),
  {
    name: 'mlp-tiny',
    summary: MLP_SUMMARY,
    precision: 'fp32',
    sha256: 'dec0d297a735a1586b1d5cea8392405eee62d3c70d0b47d2b4d9f86db06b5171',
    make: () => makeTinyMlp('mlp-tiny', MLP_SUMMARY, SEED),
  },
  {
    name: 'null',
    summary: NULL_SUMMARY,
    precision: 'fp32',
    sha256: 'b0af606979cf396c9af19d7f5a17b7d274719d757c3d94c2b6cfd50b26e1188c',
    make: () => makeNullModel('null', NULL_SUMMARY),
  },
];

/** Every built-in model, in the order for lists. */
export const builtInModels: readonly BuiltInModel[] = recipes.map(
  ({ name, summary, precision, sha256 }) => ({ name, summary, precision, sha256 }),
);

export function isBuiltIn(name: string): boolean {
  return recipes.some((known) => known.name === name);
}

/**
 * The serialized ONNX model of that name, the same bytes on every call and every platform.
 * Throws ModelError `model-unreadable` for a name that is none of ours.
 */
export function makeBuiltIn(name: string): Uint8Array {
  const found = recipes.find((known) => known.name === name);
  if (!found) throw unknownModel(name);
  return found.make();
}

/**
 * For a name that is neither a built-in model nor a file: lists ours, and the one probably meant.
 */
export function unknownModel(name: string): ModelError {
  const names = recipes.map((known) => known.name);
  const nearest = nearestName(name, names);
  return new ModelError({
    code: 'model-unreadable',
    what: `there is no model ${name}`,
    why: `it is neither a file nor one of the built-in models: ${names.join(', ')}`,
    next: nearest ? `did you mean ${nearest}?` : 'give the path of an .onnx file or one of these',
  });
}
