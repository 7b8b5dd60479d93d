import protobuf from 'protobufjs/light.js';

type FieldTable = Readonly<Record<string, readonly [id: number, type: string]>>;

/** `type` may begin with `repeated ` or `packed ` (repeated, one length-delimited run). */
function message(
  fields: FieldTable,
  oneof: Readonly<Record<string, readonly string[]>> = {},
): protobuf.IType {
  const entries = Object.entries(fields).map(([name, [id, type]]) => {
    const [first = '', second] = type.split(' ');
    if (second === undefined) return [name, { id, type }] as const;
    const options = first === 'packed' ? { options: { packed: true } } : {};
    return [name, { id, type: second, rule: 'repeated', ...options }] as const;
  });
  const oneofs: Record<string, protobuf.IOneOf> = {};
  for (const [name, members] of Object.entries(oneof)) oneofs[name] = { oneof: [...members] };
  return { edition: 'proto2', fields: Object.fromEntries(entries), oneofs };
}

/**
 * The part of onnx.proto that we read or write, field numbers as in
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (proto2 syntax, as the tools of the field:
 * integers unpacked, a zero that is set is written). Fields left out are skipped by the decoder:
 * above all the typed data arrays, which would turn weights into JavaScript arrays of numbers.
 */
const descriptor = {
  ModelProto: message({
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    domain: [4, 'string'],
    docString: [6, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'repeated OperatorSetIdProto'],
    metadataProps: [14, 'repeated StringStringEntryProto'],
    functions: [25, 'repeated FunctionProto'],
  }),
  OperatorSetIdProto: message({ domain: [1, 'string'], version: [2, 'int64'] }),
  StringStringEntryProto: message({ key: [1, 'string'], value: [2, 'string'] }),
  GraphProto: message({
    node: [1, 'repeated NodeProto'],
    name: [2, 'string'],
    initializer: [5, 'repeated TensorProto'],
    input: [11, 'repeated ValueInfoProto'],
    output: [12, 'repeated ValueInfoProto'],
    valueInfo: [13, 'repeated ValueInfoProto'],
    sparseInitializer: [15, 'repeated SparseTensorProto'],
  }),
  FunctionProto: message({
    name: [1, 'string'],
    node: [7, 'repeated NodeProto'],
    domain: [10, 'string'],
  }),
  NodeProto: message({
    input: [1, 'repeated string'],
    output: [2, 'repeated string'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'repeated AttributeProto'],
    domain: [7, 'string'],
  }),
  AttributeProto: message({
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'TensorProto'],
    g: [6, 'GraphProto'],
    floats: [7, 'repeated float'],
    ints: [8, 'repeated int64'],
    tensors: [10, 'repeated TensorProto'],
    graphs: [11, 'repeated GraphProto'],
    type: [20, 'int32'],
    sparseTensor: [22, 'SparseTensorProto'],
    sparseTensors: [23, 'repeated SparseTensorProto'],
  }),
  TensorProto: message({
    dims: [1, 'repeated int64'],
    dataType: [2, 'int32'],
    /**
     * Packed repeated floats, which every writer packs as onnx.proto says: read as the bytes that
     * they are, little-endian, so that weights kept here cost nothing.
     */
    floatData: [4, 'bytes'],
    int64Data: [7, 'packed int64'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    externalData: [13, 'repeated StringStringEntryProto'],
    dataLocation: [14, 'int32'],
  }),
  SparseTensorProto: message({
    values: [1, 'TensorProto'],
    indices: [2, 'TensorProto'],
    dims: [3, 'repeated int64'],
  }),
  ValueInfoProto: message({ name: [1, 'string'], type: [2, 'TypeProto'] }),
  TypeProto: message(
    {
      tensorType: [1, 'TensorTypeProto'],
      sequenceType: [4, 'ElementTypeProto'],
      mapType: [5, 'MapTypeProto'],
      sparseTensorType: [8, 'TensorTypeProto'],
      optionalType: [9, 'ElementTypeProto'],
    },
    { value: ['tensorType', 'sequenceType', 'mapType', 'sparseTensorType', 'optionalType'] },
  ),
  /** TypeProto.Tensor */
  TensorTypeProto: message({ elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] }),
  /** TypeProto.Sequence and TypeProto.Optional */
  ElementTypeProto: message({ elemType: [1, 'TypeProto'] }),
  /** TypeProto.Map */
  MapTypeProto: message({ keyType: [1, 'int32'], valueType: [2, 'TypeProto'] }),
  TensorShapeProto: message({ dim: [1, 'repeated DimensionProto'] }),
  DimensionProto: message(
    { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
    { value: ['dimValue', 'dimParam'] },
  ),
};

/** onnx.ModelProto as protobufjs sees it. */
export const modelProtoType = protobuf.Root.fromJSON({
  nested: { onnx: { nested: descriptor } },
}).lookupType('onnx.ModelProto');
