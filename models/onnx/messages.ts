/**
 * The ONNX messages as we use them, named as in onnx.proto with camel case. Decoded messages have
 * every repeated field as an array and every other absent field as its default; for encoding all
 * are optional.
 */

/** protobufjs gives 64-bit integers as Long objects and takes plain numbers. */
export type Int64 = number | { toNumber(): number };

export interface ModelProto {
  readonly irVersion: Int64;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly docString: string;
  readonly graph: GraphProto | null;
  readonly opsetImport: readonly OperatorSetIdProto[];
  readonly metadataProps: readonly StringStringEntryProto[];
  readonly functions: readonly FunctionProto[];
}

interface OperatorSetIdProto {
  readonly domain: string;
  readonly version: Int64;
}

interface StringStringEntryProto {
  readonly key: string;
  readonly value: string;
}

export interface GraphProto {
  readonly name: string;
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly sparseInitializer: readonly SparseTensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
}

interface FunctionProto {
  readonly name: string;
  readonly domain: string;
  readonly node: readonly NodeProto[];
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

export interface AttributeProto {
  readonly name: string;
  readonly type: number;
  readonly f: number;
  readonly i: Int64;
  readonly s: Uint8Array;
  readonly t: TensorProto | null;
  readonly g: GraphProto | null;
  readonly sparseTensor: SparseTensorProto | null;
  readonly floats: readonly number[];
  readonly ints: readonly Int64[];
  readonly tensors: readonly TensorProto[];
  readonly graphs: readonly GraphProto[];
  readonly sparseTensors: readonly SparseTensorProto[];
}

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly Int64[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
  /** Little-endian float32, four bytes each. */
  readonly floatData: Uint8Array;
  readonly int64Data: readonly Int64[];
  readonly externalData: readonly StringStringEntryProto[];
  readonly dataLocation: number;
}

interface SparseTensorProto {
  readonly values: TensorProto | null;
  readonly indices: TensorProto | null;
  readonly dims: readonly Int64[];
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type: TypeProto | null;
}

/** `value` names the member that is set. */
export interface TypeProto {
  readonly value?: 'tensorType' | 'sequenceType' | 'mapType' | 'optionalType' | 'sparseTensorType';
  readonly tensorType: TensorTypeProto | null;
  readonly sequenceType: ElementTypeProto | null;
  readonly mapType: MapTypeProto | null;
  readonly sparseTensorType: TensorTypeProto | null;
  readonly optionalType: ElementTypeProto | null;
}

/** TypeProto.Sequence and TypeProto.Optional. */
interface ElementTypeProto {
  readonly elemType: TypeProto | null;
}

/** TypeProto.Map */
interface MapTypeProto {
  readonly keyType: number;
  readonly valueType: TypeProto | null;
}

interface TensorTypeProto {
  readonly elemType: number;
  readonly shape: TensorShapeProto | null;
}

interface TensorShapeProto {
  readonly dim: readonly DimensionProto[];
}

/** `value` names the member that is set; absent: nothing is known of the dimension. */
export interface DimensionProto {
  readonly value?: 'dimValue' | 'dimParam';
  readonly dimValue: Int64;
  readonly dimParam: string;
}

/** A message to be encoded: any part may be left out. */
export type Draft<M> = M extends Uint8Array | number | string
  ? M
  : M extends readonly (infer E)[]
    ? readonly Draft<E>[]
    : M extends object
      ? { readonly [K in keyof M]?: Draft<M[K]> }
      : M;

/** AttributeProto.AttributeType */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  ints: 7,
} as const;

/** TensorProto.DataLocation.EXTERNAL */
export const EXTERNAL_LOCATION = 1;
