import { type TensorDtype, tensorDtypes } from '../../contract/plan.ts';
import { EngineRefusal, type NamedTensor, type TensorData } from '../engine.ts';
import { elementCount, emptyTensorData } from '../tensor-data.ts';
import type { Address, Capi } from './capi.ts';

/**
 * `enum ONNXTensorElementDataType`; bfloat16, complex and sub-byte types have no place in a plan.
 */
const elementTypes: Readonly<Record<TensorDtype, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

/** Type and shape of a tensor; dimensions that are not known yet are -1. */
export interface TensorType {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
}

/** Reads a `TensorTypeAndShapeInfo`; null for element types that have no place in a plan. */
export function readTensorType(capi: Capi, info: Address): TensorType | null {
  const id = capi.number('getTensorElementType', info);
  const rank = capi.number('getDimensionsCount', info);
  const dims = new BigInt64Array(rank);
  if (rank > 0) capi.call('getDimensions', info, dims, rank);
  const dtype = tensorDtypes.find((known) => elementTypes[known] === id);
  return dtype === undefined ? null : { dtype, shape: [...dims].map(Number) };
}

/**
 * An OrtValue over `tensor.data` itself: what is written there is what the next run reads, or the
 * other way.
 */
export function valueOver(
  capi: Capi,
  { dtype, shape, data }: Omit<NamedTensor, 'name'>,
  memory: Address,
): Address {
  if (!ArrayBuffer.isView(data)) throw new EngineRefusal('strings have no memory of their own');
  const dims = BigInt64Array.from(shape, BigInt);
  // Asking for `buffer` takes a small array out of V8's heap, where a collection could move it.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const id = elementTypes[dtype];
  const args = [memory, bytes, bytes.length, dims, shape.length, id] as const;
  return capi.create('createTensorWithDataAsOrtValue', ...args);
}

/** An OrtValue with a copy of these strings. */
export function stringValue(capi: Capi, { shape, data }: NamedTensor, allocator: Address): Address {
  const dims = BigInt64Array.from(shape, BigInt);
  const args = [allocator, dims, shape.length, elementTypes.string] as const;
  const value = capi.create('createTensorAsOrtValue', ...args);
  const texts = data as readonly string[];
  capi.call('fillStringTensor', value, [...texts], texts.length);
  return value;
}

/** A copy of an OrtValue's tensor; null for what is none that a plan knows. */
export function readValue(capi: Capi, name: string, value: Address): NamedTensor | null {
  if (capi.number('isTensor', value) === 0) return null;
  const info = capi.create('getTensorTypeAndShape', value);
  const type = readTensorType(capi, info);
  capi.release('releaseTensorTypeAndShapeInfo', info);
  if (type === null) return null;
  const data = type.dtype === 'string' ? readStrings(capi, value, type) : copyOf(capi, value, type);
  return { name, ...type, data };
}

function copyOf(capi: Capi, value: Address, { dtype, shape }: TensorType): TensorData {
  const data = emptyTensorData(dtype, shape);
  if (!ArrayBuffer.isView(data) || data.byteLength === 0) return data;
  const address = capi.create('getTensorMutableData', value);
  const bytes = new Uint8Array(capi.koffi.view(address, data.byteLength));
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes);
  return data;
}

function readStrings(capi: Capi, value: Address, { shape }: TensorType): readonly string[] {
  const count = elementCount(shape);
  const bytes = Buffer.alloc(capi.number('getStringTensorDataLength', value) + 1);
  const offsets = new BigUint64Array(count + 1);
  capi.call('getStringTensorContent', value, bytes, bytes.length - 1, offsets, count);
  offsets[count] = BigInt(bytes.length - 1);
  return Array.from({ length: count }, (_, i) =>
    bytes.toString('utf8', Number(offsets[i]), Number(offsets[i + 1])),
  );
}
