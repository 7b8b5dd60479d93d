import { broadcast } from './broadcast.ts';
import { elementsOf, type NodeView, type Shape } from './node-view.ts';
import { convolved, deconvolved } from './window-rules.ts';

/** An operator whose work we estimate. */
export interface ProductRule {
  shape(node: NodeView): Shape | undefined;
  /** Floating-point operations, a multiplication and an addition counted as two; biases left out. */
  flops(node: NodeView, output: Shape): number | undefined;
}

function convolution(weightIndex: number): ProductRule {
  return {
    shape: (node) => convolved(node, weightIndex),
    // Every output element sums over one kernel of one group's channels.
    flops: (node, output) => {
      const weight = node.shape(weightIndex);
      return weight && 2 * elementsOf(output) * elementsOf(weight.slice(1));
    },
  };
}

const transposedConvolution: ProductRule = {
  shape: deconvolved,
  // Every input element is spread over one kernel of one group's outputs.
  flops: (node) => {
    const [input, weight] = [node.shape(0), node.shape(1)];
    return input && weight && 2 * elementsOf(input) * elementsOf(weight.slice(1));
  },
};

const gemm: ProductRule = {
  shape: (node) => {
    const [a, b] = [node.shape(0), node.shape(1)];
    if (a?.length !== 2 || b?.length !== 2) return undefined;
    const rows = node.int('transA', 0) ? a[1] : a[0];
    const columns = node.int('transB', 0) ? b[0] : b[1];
    return [rows ?? 0, columns ?? 0];
  },
  flops: (node, output) => {
    const inner = node.shape(0)?.[node.int('transA', 0) ? 0 : 1];
    return inner === undefined ? undefined : 2 * elementsOf(output) * inner;
  },
};

function matrixProduct(secondIndex: number): ProductRule {
  return {
    // NumPy's matmul: vectors gain a dimension that goes again, leading dimensions broadcast.
    shape: (node) => {
      const [a, b] = [node.shape(0), node.shape(secondIndex)];
      if (!a?.length || !b?.length) return undefined;
      const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
      if (!batch) return undefined;
      const rows = a.length > 1 ? a.slice(-2, -1) : [];
      const columns = b.length > 1 ? b.slice(-1) : [];
      return [...batch, ...rows, ...columns];
    },
    flops: (node, output) => {
      const inner = node.shape(0)?.at(-1);
      return inner === undefined ? undefined : 2 * elementsOf(output) * inner;
    },
  };
}

/** Operators that `flops` counts, quantized ones under the same formula. */
export const productRules: ReadonlyMap<string, ProductRule> = new Map([
  ['Conv', convolution(1)],
  ['ConvInteger', convolution(1)],
  ['QLinearConv', convolution(3)],
  ['ConvTranspose', transposedConvolution],
  ['Gemm', gemm],
  ['MatMul', matrixProduct(1)],
  ['MatMulInteger', matrixProduct(1)],
  ['QLinearMatMul', matrixProduct(3)],
]);

/** Operators that are mostly matrix products, which we do not estimate but say so. */
export const uncountedProducts: ReadonlySet<string> = new Set([
  'Attention',
  'DeformConv',
  'DFT',
  'DynamicQuantizeMatMul',
  'Einsum',
  'FusedConv',
  'FusedGemm',
  'FusedMatMul',
  'GRU',
  'GroupQueryAttention',
  'LSTM',
  'MatMulIntegerToFloat',
  'MatMulNBits',
  'MultiHeadAttention',
  'QAttention',
  'QGemm',
  'RNN',
]);
