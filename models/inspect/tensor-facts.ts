import type { Dimension, TensorFacts } from '../facts.ts';
import { toNumber } from '../onnx/codec.ts';
import { dataTypeName } from '../onnx/data-types.ts';
import type {
  DimensionProto,
  GraphProto,
  NodeProto,
  TypeProto,
  ValueInfoProto,
} from '../onnx/messages.ts';

/** What a model says of one of its inputs. */
export function tensorFacts({ name, type }: ValueInfoProto): TensorFacts {
  const tensor = type?.tensorType;
  const incomplete = type?.value !== undefined && isIncomplete(type);
  return {
    name,
    dtype: tensor ? dataTypeName(tensor.elemType) : (type?.value?.replace('Type', '') ?? 'unknown'),
    shape: tensor?.shape?.dim.map(dimensionOf) ?? null,
    ...(incomplete && { isTypeIncomplete: true as const }),
  };
}

/**
 * The same of one of its outputs: what has no declared type may be known by the node that gives it.
 */
export function outputFacts(info: ValueInfoProto, { node }: GraphProto): TensorFacts {
  const facts = tensorFacts(info);
  if (info.type?.value !== undefined) return facts;
  const producer = node.find(({ output }) => output.includes(info.name));
  const kind = producer === undefined ? undefined : producedKind(producer);
  return kind === undefined ? facts : { ...facts, dtype: kind };
}

/**
 * Operators whose outputs are no tensors, whatever they are given; of the default domain and
 * ai.onnx.ml.
 */
function producedKind({ opType }: NodeProto): string | undefined {
  if (/^(SplitToSequence|Sequence(Construct|Empty|Erase|Insert|Map)|ZipMap)$/.test(opType)) {
    return 'sequence';
  }
  return opType === 'Optional' ? 'optional' : undefined;
}

/**
 * Whether a type, once one is begun, leaves out what its elements are; that of no value is unset.
 */
function isIncomplete(type: TypeProto | null): boolean {
  switch (type?.value) {
    case 'tensorType':
      return type.tensorType?.elemType === 0;
    case 'sparseTensorType':
      return type.sparseTensorType?.elemType === 0;
    case 'sequenceType':
      return isIncomplete(type.sequenceType?.elemType ?? null);
    case 'optionalType':
      return isIncomplete(type.optionalType?.elemType ?? null);
    case 'mapType':
      return type.mapType?.keyType === 0 || isIncomplete(type.mapType?.valueType ?? null);
    default:
      return true;
  }
}

function dimensionOf(dim: DimensionProto): Dimension {
  // Some exporters write the sign for a name that they do not have as if it were one.
  if (dim.value === 'dimParam') return /^(\?|-1|None)?$/.test(dim.dimParam) ? null : dim.dimParam;
  if (dim.value !== 'dimValue') return null;
  const size = toNumber(dim.dimValue);
  // Some exporters write -1 or 0 for a free dimension.
  return size > 0 ? size : null;
}
