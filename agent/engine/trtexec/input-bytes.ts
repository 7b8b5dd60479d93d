import { EngineRefusal, type NamedTensor } from '../engine.ts';
import { tensorBytes } from '../tensor-data.ts';
import type { Trtexec } from './describe.ts';

const int32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n };

/**
 * The values of an input as the engine takes them, which is not always as the model declares them:
 * trtexec reads as many bytes as its own type needs, and does not notice a file of the wrong type
 * that is long enough. Throws `EngineRefusal` where a value does not fit. Types that TensorRT's
 * parser does not take were refused when the engine was built.
 */
export function inputBytes(
  { name, data }: NamedTensor,
  { release, version }: Pick<Trtexec, 'release' | 'version'>,
): Uint8Array {
  const [major, minor] = release;
  if (!ArrayBuffer.isView(data)) {
    throw new EngineRefusal(`TensorRT takes no strings (input ${name})`);
  }
  // No TensorRT has float64: its parser makes it float32.
  if (data instanceof Float64Array) return tensorBytes(Float32Array.from(data, float32Of(name)));
  // The parser made int64 int32 before TensorRT 9 had it.
  if (data instanceof BigInt64Array && major < 9) {
    return tensorBytes(Int32Array.from([...data].map(int32Of(name, version))));
  }
  // Up to 10.0 trtexec itself made int8 inputs float32.
  if (data instanceof Int8Array && (major < 10 || (major === 10 && minor === 0))) {
    return tensorBytes(Float32Array.from(data));
  }
  return tensorBytes(data);
}

function float32Of(name: string): (value: number) => number {
  return (value) => {
    if (!Number.isFinite(value) || Number.isFinite(Math.fround(value))) return value;
    throw new EngineRefusal(
      `input ${name} holds ${value}: TensorRT has no float64, and float32 ends before it`,
      { next: 'give smaller values: --input name=file.npy' },
    );
  };
}

function int32Of(name: string, version: string): (value: bigint) => number {
  return (value) => {
    if (value >= int32.min && value <= int32.max) return Number(value);
    throw new EngineRefusal(
      `input ${name} holds ${value}: TensorRT ${version} has no int64, and int32 ends before it`,
      { next: 'give smaller values: --range name=0..1000, or --input name=file.npy' },
    );
  };
}
