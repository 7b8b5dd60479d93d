import type { TensorDtype } from '../contract/plan.ts';
import { EngineRefusal, type TensorData } from './engine.ts';

type NumericDtype = Exclude<TensorDtype, 'string'>;
type NumericData = Exclude<TensorData, readonly string[]>;

const arrayOf: Readonly<
  Record<
    NumericDtype,
    { new (buffer: ArrayBuffer): NumericData; readonly BYTES_PER_ELEMENT: number }
  >
> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * The first elements of a store file as tensor data: little-endian, row-major; strings as a JSON
 * array. Boards of ours are little-endian. Throws `EngineRefusal` when the file holds too few
 * elements.
 */
export function readTensorData(
  bytes: Buffer,
  dtype: TensorDtype,
  shape: readonly number[],
): TensorData {
  const count = elementCount(shape);
  if (dtype === 'string') return readStrings(bytes, count);
  const { [dtype]: Elements } = arrayOf;
  const length = count * Elements.BYTES_PER_ELEMENT;
  if (bytes.length < length) {
    throw new EngineRefusal(`input file has ${bytes.length} bytes, its shape needs ${length}`);
  }
  return new Elements(new Uint8Array(bytes.subarray(0, length)).buffer);
}

/** Zeroed tensor data for a shape; strings are empty ones. */
export function emptyTensorData(dtype: TensorDtype, shape: readonly number[]): TensorData {
  const count = elementCount(shape);
  if (dtype === 'string') return new Array<string>(count).fill('');
  const { [dtype]: Elements } = arrayOf;
  return new Elements(new ArrayBuffer(count * Elements.BYTES_PER_ELEMENT));
}

function readStrings(bytes: Buffer, count: number): readonly string[] {
  const values: unknown = JSON.parse(bytes.toString('utf8'));
  if (!Array.isArray(values) || values.length < count) {
    throw new EngineRefusal(`input file is no JSON array of ${count} strings`);
  }
  return values.slice(0, count).map(String);
}

/** Bytes of a tensor as they would lie in a file; strings as UTF-8 JSON. */
export function tensorBytes(data: TensorData): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(JSON.stringify(data));
}
