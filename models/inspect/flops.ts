import type { FlopsFacts } from '../facts.ts';
import { toNumber } from '../onnx/codec.ts';
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from '../onnx/messages.ts';
import { itemsOf, type ResolvedShapes } from '../shapes.ts';
import { allNodes } from './graph-walk.ts';
import { computedIntegers, storedIntegers } from './integer-rules.ts';
import { dimsOf, type Known, NodeView, type Shape } from './node-view.ts';
import { productRules, uncountedProducts } from './product-rules.ts';
import { shapeRules } from './shape-rules.ts';

/**
 * Estimates the floating-point work of one inference for given input shapes, walking the main graph in
 * order. Shapes come from our own propagation, else from the file's value_info. Subgraphs and local
 * functions are left out, as nobody knows how often they run; what is left out is counted.
 */
export function estimateFlops(
  model: ModelProto,
  graph: GraphProto,
  resolved: ResolvedShapes,
): FlopsFacts {
  const known = initialKnowledge(graph, resolved);
  const declared = new Map(graph.valueInfo.map((info) => [info.name, info]));
  let total = 0;
  let estimatedNodes = 0;
  for (const node of graph.node) {
    const view = new NodeView(node, known);
    const shape = shapeOf(view) ?? declaredShape(declared.get(node.output[0] ?? ''), resolved);
    remember(view, shape, known);
    const flops = shape && ruleOf(node)?.flops(view, shape);
    if (flops === undefined) continue;
    total += flops;
    estimatedNodes += 1;
  }
  let products = 0;
  for (const node of allNodes(model)) {
    if (ruleOf(node) || uncountedProducts.has(node.opType)) products += 1;
  }
  const { batch } = resolved;
  const unknownNodes = products - estimatedNodes;
  return { batch, total, perItem: total / itemsOf(resolved), estimatedNodes, unknownNodes };
}

function initialKnowledge(graph: GraphProto, resolved: ResolvedShapes): Known {
  const known: Known = { shapes: new Map(resolved.shapes), integers: new Map() };
  for (const tensor of graph.initializer) {
    known.shapes.set(tensor.name, dimsOf(tensor));
    const integers = storedIntegers(tensor);
    if (integers) known.integers.set(tensor.name, integers);
  }
  return known;
}

function isDefaultDomain(node: NodeProto): boolean {
  return node.domain === '' || node.domain === 'ai.onnx';
}

function ruleOf(node: NodeProto) {
  return isDefaultDomain(node) ? productRules.get(node.opType) : undefined;
}

function shapeOf(view: NodeView): Shape | undefined {
  const { node } = view;
  if (!isDefaultDomain(node)) return undefined;
  const shape = (ruleOf(node)?.shape ?? shapeRules.get(node.opType))?.(view);
  // A graph that contradicts itself gives nonsense here; ONNX Runtime will refuse it.
  return shape?.every((dim) => Number.isSafeInteger(dim) && dim >= 0) ? shape : undefined;
}

function declaredShape(
  info: ValueInfoProto | undefined,
  resolved: ResolvedShapes,
): Shape | undefined {
  const dims = info?.type?.tensorType?.shape?.dim.map((dim) =>
    dim.value === 'dimValue' ? toNumber(dim.dimValue) : resolved.symbols.get(dim.dimParam),
  );
  return dims?.every((dim) => dim !== undefined) ? dims : undefined;
}

function remember(view: NodeView, shape: Shape | undefined, known: Known): void {
  const output = view.node.output[0];
  if (!output) return;
  if (shape) known.shapes.set(output, shape);
  const integers = isDefaultDomain(view.node) ? computedIntegers(view) : undefined;
  if (integers) known.integers.set(output, integers);
}
