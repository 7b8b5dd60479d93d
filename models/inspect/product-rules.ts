import type { NodeProto } from '../onnx/messages.ts';
import {
  attended,
  attentionMacs,
  type Macs,
  projectedAttention,
  projectedAttentionMacs,
} from './attention-rules.ts';
import { broadcast } from './broadcast.ts';
import { einsumMacs, einsumShape } from './einsum-rule.ts';
import { elementsOf, isDefaultDomain, type NodeView, type Shape } from './node-view.ts';
import { recurrent, recurrentMacs } from './recurrent-rules.ts';
import { convolved, deconvolved } from './window-rules.ts';

/** An operator whose work we estimate. */
export interface ProductRule {
  shape(node: NodeView): Shape | undefined;
  /** Multiplications, each with its addition; biases left out. */
  macs(node: NodeView, output: Shape): Macs | undefined;
}

type Kind = keyof Macs;
type Count = (node: NodeView, output: Shape) => number | undefined;

/** Counts of one kind: operators on quantized tensors multiply integers. */
function counting(kind: Kind, count: Count): ProductRule['macs'] {
  return (node, output) => {
    const macs = count(node, output);
    return macs === undefined ? undefined : { float: 0, integer: 0, [kind]: macs };
  };
}

function convolution(kind: Kind, weightIndex: number): ProductRule {
  return {
    shape: (node) => convolved(node, weightIndex),
    // Every output element sums over one kernel of one group's channels.
    macs: counting(kind, (node, output) => {
      const weight = node.shape(weightIndex);
      return weight && elementsOf(output) * elementsOf(weight.slice(1));
    }),
  };
}

const transposedConvolution: ProductRule = {
  shape: deconvolved,
  // Every input element is spread over one kernel of one group's outputs.
  macs: counting('float', (node) => {
    const [input, weight] = [node.shape(0), node.shape(1)];
    return input && weight && elementsOf(input) * elementsOf(weight.slice(1));
  }),
};

function gemm(kind: Kind, secondIndex: number): ProductRule {
  return {
    shape: (node) => {
      const [a, b] = [node.shape(0), node.shape(secondIndex)];
      if (a?.length !== 2 || b?.length !== 2) return undefined;
      const rows = node.int('transA', 0) ? a[1] : a[0];
      const columns = node.int('transB', 0) ? b[0] : b[1];
      return [rows ?? 0, columns ?? 0];
    },
    macs: counting(kind, (node, output) => {
      const inner = node.shape(0)?.[node.int('transA', 0) ? 0 : 1];
      return inner === undefined ? undefined : elementsOf(output) * inner;
    }),
  };
}

/** NumPy's matmul: vectors gain a dimension that goes again, leading dimensions broadcast. */
function multiplied(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a?.length || !b?.length) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  if (!batch) return undefined;
  const rows = a.length > 1 ? a.slice(-2, -1) : [];
  const columns = b.length > 1 ? b.slice(-1) : [];
  return [...batch, ...rows, ...columns];
}

function matrixProduct(kind: Kind, secondIndex: number): ProductRule {
  return {
    shape: (node) => multiplied(node.shape(0), node.shape(secondIndex)),
    macs: counting(kind, (node, output) => {
      const inner = node.shape(0)?.at(-1);
      return inner === undefined ? undefined : elementsOf(output) * inner;
    }),
  };
}

/**
 * com.microsoft.FusedMatMul transposes the last two dimensions of either; its transposed batches
 * are not followed.
 */
const fusedMatMul: ProductRule = {
  shape: (node) => {
    if (node.int('transBatchA', 0) || node.int('transBatchB', 0)) return undefined;
    const [a, b] = [node.shape(0), node.shape(1)];
    return multiplied(transposed(a, node.int('transA', 0)), transposed(b, node.int('transB', 0)));
  },
  macs: counting('float', (node, output) => {
    const inner = transposed(node.shape(0), node.int('transA', 0))?.at(-1);
    return inner === undefined ? undefined : elementsOf(output) * inner;
  }),
};

function transposed(shape: Shape | undefined, isAsked: number): Shape | undefined {
  if (!shape || !isAsked || shape.length < 2) return shape;
  return [...shape.slice(0, -2), ...shape.slice(-2).toReversed()];
}

/**
 * com.microsoft.MatMulNBits: weights of few bits, unpacked to the type of the input before they are
 * multiplied.
 */
const matMulNBits: ProductRule = {
  shape: (node) => {
    const a = node.shape(0);
    return a?.length ? [...a.slice(0, -1), node.int('N', 0)] : undefined;
  },
  macs: counting('float', (node, output) => elementsOf(output) * node.int('K', 0)),
};

function recurrence(kind: Kind, hiddenAxis: number): ProductRule {
  return {
    shape: (node) => recurrent(node, hiddenAxis)?.[0],
    macs: counting(kind, recurrentMacs),
  };
}

const einsum: ProductRule = { shape: einsumShape, macs: counting('float', einsumMacs) };
const attention: ProductRule = { shape: attended, macs: attentionMacs };
const projected = (isQuantized: boolean): ProductRule => ({
  shape: projectedAttention,
  macs: projectedAttentionMacs(isQuantized),
});

/**
 * Operators that are counted; those of com.microsoft are described in ONNX Runtime's
 * docs/ContribOperators.md.
 */
const productRules: ReadonlyMap<string, ProductRule> = new Map([
  ['Attention', attention],
  ['Conv', convolution('float', 1)],
  ['ConvInteger', convolution('integer', 1)],
  ['ConvTranspose', transposedConvolution],
  ['DeformConv', convolution('float', 1)],
  ['Einsum', einsum],
  ['GRU', recurrence('float', 2)],
  ['Gemm', gemm('float', 1)],
  ['LSTM', recurrence('float', 2)],
  ['MatMul', matrixProduct('float', 1)],
  ['MatMulInteger', matrixProduct('integer', 1)],
  ['QLinearConv', convolution('integer', 3)],
  ['QLinearMatMul', matrixProduct('integer', 3)],
  ['RNN', recurrence('float', 2)],
  ['com.microsoft.Attention', projected(false)],
  ['com.microsoft.DynamicQuantizeLSTM', recurrence('integer', 1)],
  ['com.microsoft.DynamicQuantizeMatMul', matrixProduct('integer', 1)],
  ['com.microsoft.FusedConv', convolution('float', 1)],
  ['com.microsoft.FusedGemm', gemm('float', 1)],
  ['com.microsoft.FusedMatMul', fusedMatMul],
  ['com.microsoft.MatMulIntegerToFloat', matrixProduct('integer', 1)],
  ['com.microsoft.MatMulNBits', matMulNBits],
  ['com.microsoft.MultiHeadAttention', attention],
  ['com.microsoft.QAttention', projected(true)],
  ['com.microsoft.QGemm', gemm('integer', 3)],
]);

/** Operators that are mostly products and that we do not count, but say so. */
const uncounted: ReadonlySet<string> = new Set([
  'DFT',
  'STFT',
  'com.microsoft.DecoderAttention',
  'com.microsoft.DecoderMaskedMultiHeadAttention',
  'com.microsoft.DecoderMaskedSelfAttention',
  'com.microsoft.GemmFastGelu',
  'com.microsoft.GemmFloat8',
  'com.microsoft.GroupQueryAttention',
  'com.microsoft.LongformerAttention',
  'com.microsoft.MatMulBnb4',
  'com.microsoft.MatMulFpQ4',
  'com.microsoft.MoE',
  'com.microsoft.NhwcConv',
  'com.microsoft.PackedAttention',
  'com.microsoft.PackedMultiHeadAttention',
  'com.microsoft.PagedAttention',
  'com.microsoft.QMoE',
  'com.microsoft.QOrderedAttention',
  'com.microsoft.QOrderedMatMul',
  'com.microsoft.SparseAttention',
  'com.microsoft.SparseToDenseMatMul',
  'com.microsoft.TransposeMatMul',
]);

/** `Conv`, `com.microsoft.QGemm`. */
export function qualifiedOp({ domain, opType }: NodeProto): string {
  return isDefaultDomain(domain) ? opType : `${domain}.${opType}`;
}

export function ruleOf(node: NodeProto): ProductRule | undefined {
  return productRules.get(qualifiedOp(node));
}

/** Whether a node's work is mostly products. */
export function isProduct(node: NodeProto): boolean {
  return ruleOf(node) !== undefined || uncounted.has(qualifiedOp(node));
}
