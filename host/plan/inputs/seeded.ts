import { toFloat16Array } from '../../../agent/contract/float16.ts';
import type { TensorDtype } from '../../../agent/contract/plan.ts';
import { RandomStream } from '../../../models/generate/random.ts';
import {
  floatBounds,
  type InputRange,
  integerBounds,
  isInteger,
  refusedRange,
} from './input-range.ts';

export type Distribution = 'uniform' | 'normal';

export interface SeededTensor {
  /** Name of the input: each has a random stream of its own. */
  readonly input: string;
  readonly dtype: TensorDtype;
  readonly elements: number;
  readonly seed: number;
  /** Of floats without a range: uniform in [0, 1), or normal with mean 0 and deviation 1. */
  readonly distribution: Distribution;
  /** Floats: uniform in [min, max); integers: min and max included, 0 and 1 where absent. */
  readonly range?: InputRange | undefined;
}

/**
 * Seeded values of a tensor in the form of a `fixed` input file: little-endian and row-major, bool
 * one byte each, strings as a JSON array. The first elements do not depend on how many there are,
 * and are the same numbers in every floating-point type.
 * @throws OrinError `input-mismatch` for a range that the type cannot hold.
 */
export function seededTensor(tensor: SeededTensor): Uint8Array {
  const { input, dtype, elements, range } = tensor;
  const random = new RandomStream(tensor.seed, `input ${input}`);
  if (range && (dtype === 'bool' || dtype === 'string')) {
    throw refusedRange(input, range, `it is ${dtype}`);
  }
  switch (dtype) {
    case 'bool':
      return Uint8Array.from({ length: elements }, () => random.nextUint32() >>> 31);
    case 'string':
      return Buffer.from(JSON.stringify(Array.from({ length: elements }, () => word(random))));
    case 'float16':
      return bytesOf(toFloat16Array(fill(new Float32Array(elements), tensor, random)));
    case 'float32':
      return bytesOf(fill(new Float32Array(elements), tensor, random));
    case 'float64':
      return bytesOf(fill(new Float64Array(elements), tensor, random));
    default:
      return integers(tensor, random);
  }
}

/** Bytes of one element in an input file; 0 for strings, which differ. */
export function elementBytes(dtype: TensorDtype): number {
  if (dtype === 'bool') return 1;
  if (dtype === 'string') return 0;
  return Number(/\d+$/u.exec(dtype)?.[0] ?? 0) / 8;
}

function bytesOf(values: Float32Array | Float64Array | Uint16Array): Uint8Array {
  // Typed arrays are little-endian on every machine that Node runs on with ONNX Runtime.
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function fill<T extends Float32Array | Float64Array>(
  values: T,
  tensor: SeededTensor,
  random: RandomStream,
): T {
  if (tensor.distribution === 'normal' && !tensor.range) {
    for (let i = 0; i < values.length; i++) values[i] = nextNormal(random);
    return values;
  }
  const [min, max] = floatBounds(tensor.input, tensor.range);
  for (let i = 0; i < values.length; i++) values[i] = min + random.nextUniform() * (max - min);
  return values;
}

/**
 * Marsaglia's polar method, the second value of each pair left unused so that there is no state.
 */
function nextNormal(random: RandomStream): number {
  for (;;) {
    const u = random.nextUniform() * 2 - 1;
    const v = random.nextUniform() * 2 - 1;
    const square = u * u + v * v;
    if (square > 0 && square < 1) return u * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

function integers(tensor: SeededTensor, random: RandomStream): Uint8Array {
  const { input, dtype, elements } = tensor;
  if (!isInteger(dtype)) throw new Error(`no integers of type ${dtype}`);
  const [min, max] = integerBounds(input, dtype, tensor.range);
  const width = elementBytes(dtype);
  const bytes = Buffer.alloc(elements * width);
  const span = max - min + 1n;
  for (let offset = 0; offset < bytes.length; offset += width) {
    const value = min + nextBelow(span, random);
    // Two's complement: negative numbers of any width end in the same low bits.
    const bits = BigInt.asUintN(64, value);
    if (width === 8) bytes.writeBigUInt64LE(bits, offset);
    else bytes.writeUIntLE(Number(BigInt.asUintN(width * 8, bits)), offset, width);
  }
  return bytes;
}

/** Lemire's multiply and shift: its bias is at most span / 2^64. */
function nextBelow(span: bigint, random: RandomStream): bigint {
  const high = BigInt(random.nextUint32());
  return (((high << 32n) | BigInt(random.nextUint32())) * span) >> 64n;
}

function word(random: RandomStream): string {
  return random.nextUint32().toString(36);
}
