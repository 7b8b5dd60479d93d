import type { FlopsFacts } from '../facts.ts';
import { toNumber } from '../onnx/codec.ts';
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from '../onnx/messages.ts';
import { itemsOf, type ResolvedShapes } from '../shapes.ts';
import type { Macs } from './attention-rules.ts';
import { allNodes } from './graph-walk.ts';
import { dimsOf, isDefaultDomain, type Known, NodeView, type Shape } from './node-view.ts';
import { outputShapes } from './output-rules.ts';
import { isProduct, qualifiedOp, ruleOf } from './product-rules.ts';
import { computedValues, storedValues } from './value-rules.ts';

/**
 * Estimates the work of one inference for given input shapes, walking the main graph in order.
 * Shapes come from our own propagation, else from the file's value_info. Subgraphs and local
 * functions are left out, as nobody knows how often they run; what is left out is named.
 */
export function estimateFlops(
  model: ModelProto,
  graph: GraphProto,
  resolved: ResolvedShapes,
): FlopsFacts {
  const known = initialKnowledge(graph, resolved);
  const declared = new Map(graph.valueInfo.map((info) => [info.name, info]));
  const counted = new Set<NodeProto>();
  const macs = { float: 0, integer: 0 };
  for (const node of graph.node) {
    const view = new NodeView(node, known);
    const found = workOf(view, remember(view, known, declared, resolved));
    if (found === undefined) continue;
    macs.float += found.float;
    macs.integer += found.integer;
    counted.add(node);
  }
  const left = [...allNodes(model)].filter((node) => isProduct(node) && !counted.has(node));
  const { batch } = resolved;
  const items = itemsOf(resolved);
  return {
    batch,
    total: 2 * macs.float,
    perItem: (2 * macs.float) / items,
    integerTotal: 2 * macs.integer,
    integerPerItem: (2 * macs.integer) / items,
    estimatedNodes: counted.size,
    unknownNodes: left.length,
    unknownByOp: countsOf(left),
  };
}

function workOf(view: NodeView, output: Shape | undefined): Macs | undefined {
  return output && ruleOf(view.node)?.macs(view, output);
}

function initialKnowledge(graph: GraphProto, resolved: ResolvedShapes): Known {
  const known: Known = { shapes: new Map(resolved.shapes), values: new Map() };
  for (const tensor of graph.initializer) {
    known.shapes.set(tensor.name, dimsOf(tensor));
    const values = storedValues(tensor);
    if (values) known.values.set(tensor.name, values);
  }
  return known;
}

/** Keeps what can be told of a node's outputs; gives the shape of the first. */
function remember(
  view: NodeView,
  known: Known,
  declared: ReadonlyMap<string, ValueInfoProto>,
  resolved: ResolvedShapes,
): Shape | undefined {
  const { output, domain } = view.node;
  const shapes = outputShapes(view);
  for (const [at, name] of output.entries()) {
    const shape = shapes[at] ?? declaredShape(declared.get(name), resolved);
    if (name !== '' && shape) known.shapes.set(name, shape);
  }
  const [first = ''] = output;
  const values = isDefaultDomain(domain) ? computedValues(view) : undefined;
  if (first !== '' && values) known.values.set(first, values);
  return known.shapes.get(first);
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

/** The most frequent first. */
function countsOf(nodes: readonly NodeProto[]): FlopsFacts['unknownByOp'] {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(qualifiedOp(node), (counts.get(qualifiedOp(node)) ?? 0) + 1);
  return [...counts]
    .map(([op, count]) => ({ op, count }))
    .toSorted((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}
