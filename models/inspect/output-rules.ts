import { split, topK } from './index-rules.ts';
import { isDefaultDomain, type NodeView, type Shape } from './node-view.ts';
import { ruleOf } from './product-rules.ts';
import { recurrent } from './recurrent-rules.ts';
import { contributedShapes, shapeRules } from './shape-rules.ts';

type OutputRule = (node: NodeView) => readonly Shape[] | undefined;

/** The second output of these has the shape of the first. */
const twice: OutputRule = (node) => {
  const shape = shapeRules.get(node.node.opType)?.(node);
  return shape && [shape, shape];
};

/** A quantized tensor with its scale and zero point. */
const dynamicallyQuantized: OutputRule = (node) => {
  const shape = node.shape(0);
  return shape && [shape, [], []];
};

/** Operators of the default domain of whose outputs more than the first matter. */
const outputRules: ReadonlyMap<string, OutputRule> = new Map<string, OutputRule>([
  ['Dropout', twice],
  ['DynamicQuantizeLinear', dynamicallyQuantized],
  ['GRU', (node) => recurrent(node, 2)],
  ['LSTM', (node) => recurrent(node, 2)],
  ['MaxPool', twice],
  ['RNN', (node) => recurrent(node, 2)],
  ['Split', split],
  ['TopK', topK],
]);

/** Shapes of a node's outputs as far as we can tell them, the first first. */
export function outputShapes(node: NodeView): readonly Shape[] {
  const { opType, domain } = node.node;
  const shapes = isDefaultDomain(domain) ? outputRules.get(opType)?.(node) : undefined;
  const found = shapes ?? firstOf(node);
  // A graph that contradicts itself gives nonsense here; ONNX Runtime will refuse it.
  return found.every((shape) => shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0))
    ? found
    : [];
}

function firstOf(node: NodeView): readonly Shape[] {
  const { opType, domain } = node.node;
  const rules = isDefaultDomain(domain)
    ? shapeRules
    : domain === 'com.microsoft'
      ? contributedShapes
      : undefined;
  const shape = (ruleOf(node.node)?.shape ?? rules?.get(opType))?.(node);
  return shape ? [shape] : [];
}
