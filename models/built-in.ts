import { makeTinyMlp } from './generate/mlp.ts';
import { makeNullModel } from './generate/null-model.ts';
import { makeResNet34, type ResNet34Options } from './generate/resnet34.ts';

/** A model that we generate ourselves. */
export interface BuiltInModel {
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  readonly precision: 'fp32' | 'fp16';
}

interface Recipe extends BuiltInModel {
  make(): Uint8Array;
}

/** The same weights for every variant of a network, so that their outputs can be compared. */
const SEED = 34;

function resNet34(
  name: string,
  summary: string,
  options: Pick<ResNet34Options, 'hasMaxPool' | 'weightType'>,
): Recipe {
  const precision = options.weightType === 'float16' ? 'fp16' : 'fp32';
  const make = () => makeResNet34({ name, summary, seed: SEED, ...options });
  return { name, summary, precision, make };
}

function recipe(
  name: string,
  summary: string,
  make: (name: string, summary: string) => Uint8Array,
): Recipe {
  return { name, summary, precision: 'fp32', make: () => make(name, summary) };
}

const recipes: readonly Recipe[] = [
  resNet34(
    'resnet34-cifar10',
    'ResNet-34, ImageNet stem with max pooling, 3×32×32 → 10, random weights',
    { hasMaxPool: true, weightType: 'float32' },
  ),
  resNet34(
    'resnet34-cifar10-nopool',
    'ResNet-34, ImageNet stem without max pooling, 3×32×32 → 10, random weights',
    { hasMaxPool: false, weightType: 'float32' },
  ),
  resNet34('resnet34-cifar10-fp16', 'resnet34-cifar10 in half precision, float32 in and out', {
    hasMaxPool: true,
    weightType: 'float16',
  }),
  resNet34(
    'resnet34-cifar10-nopool-fp16',
    'resnet34-cifar10-nopool in half precision, float32 in and out',
    { hasMaxPool: false, weightType: 'float16' },
  ),
  recipe('mlp-tiny', 'Perceptron 784-256-128-10, tens of microseconds', (name, summary) =>
    makeTinyMlp(name, summary, SEED),
  ),
  recipe('null', 'One Identity node: measures the harness itself', makeNullModel),
];

/** Every built-in model, in the order for lists. */
export const builtInModels: readonly BuiltInModel[] = recipes.map(
  ({ name, summary, precision }) => ({ name, summary, precision }),
);

export function isBuiltIn(name: string): boolean {
  return recipes.some((known) => known.name === name);
}

/**
 * The serialized ONNX model of that name, the same bytes on every call and every platform.
 * Throws a RangeError for a name that `isBuiltIn` denies.
 */
export function makeBuiltIn(name: string): Uint8Array {
  const found = recipes.find((known) => known.name === name);
  if (!found) throw new RangeError(`no built-in model is called ${name}`);
  return found.make();
}
