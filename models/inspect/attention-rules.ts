import { elementsOf, type NodeView, type Shape } from './node-view.ts';

/** Multiply-adds by what is multiplied. */
export interface Macs {
  readonly float: number;
  readonly integer: number;
}

/**
 * Attention of the default domain and MultiHeadAttention of com.microsoft: scores of every query
 * with every key, then as many sums of values. Inputs of rank 3 hold the heads side by side, those
 * of rank 4 apart; as many key heads as query heads.
 */
export function attentionMacs(node: NodeView): Macs | undefined {
  const [query, key, value] = [node.shape(0), node.shape(1), node.shape(2)];
  // Keys of earlier tokens are as many as nobody here knows.
  const hasPast = node.node.input
    .slice(node.node.domain === '' ? 4 : 6)
    .some((name) => name !== '');
  if (!query || !key || !value || hasPast) return undefined;
  if (query.length !== key.length || ![3, 4].includes(query.length)) return undefined;
  const heads = query.length === 4 ? (query[1] ?? 0) : 1;
  const keyHeads = key.length === 4 ? (key[1] ?? 0) : 1;
  const [queries = 0, size = 0] = query.slice(-2);
  const [keys = 0, keySize = 0] = key.slice(-2);
  const [, valueSize = 0] = value.slice(-2);
  if (heads !== keyHeads || size !== keySize) return undefined;
  return { float: (query[0] ?? 0) * heads * queries * keys * (size + valueSize), integer: 0 };
}

/** Output of both: that of the queries, as wide as the values. */
export function attended(node: NodeView): Shape | undefined {
  const [query, value] = [node.shape(0), node.shape(2)];
  const width = value?.at(-1);
  if (!query || width === undefined || query.length !== value?.length) return undefined;
  return [...query.slice(0, -1), width];
}

/**
 * com.microsoft.Attention and QAttention: input [batch, tokens, size] times weights [size, 3 ×
 * hidden], in integers where it is quantized, then attention among all tokens.
 */
export function projectedAttentionMacs(isQuantized: boolean) {
  return (node: NodeView): Macs | undefined => {
    const [input, weights] = [node.shape(0), node.shape(1)];
    if (input?.length !== 3 || weights?.length !== 2) return undefined;
    const [batch = 0, tokens = 0] = input;
    const projections = batch * tokens * elementsOf(weights);
    const among = (2 * batch * tokens * tokens * (weights[1] ?? 0)) / 3;
    return isQuantized
      ? { float: among, integer: projections }
      : { float: among + projections, integer: 0 };
  };
}

export function projectedAttention(node: NodeView): Shape | undefined {
  const [input, weights] = [node.shape(0), node.shape(1)];
  if (input?.length !== 3 || weights?.length !== 2) return undefined;
  return [...input.slice(0, 2), (weights[1] ?? 0) / 3];
}
