interface DataType {
  readonly name: string;
  /** Of one element; 0 where elements have no fixed size. */
  readonly bits: number;
}

// TensorProto.DataType, in the words of NumPy and onnxruntime-node where they have one.
const dataTypes: readonly DataType[] = [
  { name: 'undefined', bits: 0 },
  { name: 'float32', bits: 32 },
  { name: 'uint8', bits: 8 },
  { name: 'int8', bits: 8 },
  { name: 'uint16', bits: 16 },
  { name: 'int16', bits: 16 },
  { name: 'int32', bits: 32 },
  { name: 'int64', bits: 64 },
  { name: 'string', bits: 0 },
  { name: 'bool', bits: 8 },
  { name: 'float16', bits: 16 },
  { name: 'float64', bits: 64 },
  { name: 'uint32', bits: 32 },
  { name: 'uint64', bits: 64 },
  { name: 'complex64', bits: 64 },
  { name: 'complex128', bits: 128 },
  { name: 'bfloat16', bits: 16 },
  { name: 'float8e4m3fn', bits: 8 },
  { name: 'float8e4m3fnuz', bits: 8 },
  { name: 'float8e5m2', bits: 8 },
  { name: 'float8e5m2fnuz', bits: 8 },
  { name: 'uint4', bits: 4 },
  { name: 'int4', bits: 4 },
  { name: 'float4e2m1', bits: 4 },
  { name: 'float8e8m0', bits: 8 },
  { name: 'uint2', bits: 2 },
  { name: 'int2', bits: 2 },
];

/** TensorProto.DataType numbers that we write, or read values of. */
export const dataTypeIds = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;

/** The name of a TensorProto.DataType; `type 99` where it is newer than our table. */
export function dataTypeName(id: number): string {
  return dataTypes[id]?.name ?? `type ${id}`;
}

/** Bytes of `elements` elements stored densely; 0 where the type has no fixed size. */
export function dataTypeBytes(id: number, elements: number): number {
  return Math.ceil((elements * (dataTypes[id]?.bits ?? 0)) / 8);
}
