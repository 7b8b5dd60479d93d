import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../onnx/messages.ts';

/** Every node of a model: of the main graph, of its subgraphs at any depth, of local functions. */
export function* allNodes(model: ModelProto): Generator<NodeProto> {
  if (model.graph) yield* nodesOf(model.graph.node);
  for (const local of model.functions) yield* nodesOf(local.node);
}

function* nodesOf(nodes: readonly NodeProto[]): Generator<NodeProto> {
  for (const node of nodes) {
    yield node;
    for (const graph of subgraphsOf(node)) yield* nodesOf(graph.node);
  }
}

/** The graphs in a node's attributes: branches of If, bodies of Loop and Scan. */
function subgraphsOf(node: NodeProto): readonly GraphProto[] {
  return node.attribute.flatMap((attribute) =>
    attribute.g ? [attribute.g, ...attribute.graphs] : attribute.graphs,
  );
}

/**
 * Every tensor stored in a model: initializers of all graphs and tensors in attributes of all
 * nodes.
 */
export function* allTensors(model: ModelProto): Generator<TensorProto> {
  if (model.graph) yield* initializersOf(model.graph);
  for (const node of allNodes(model)) {
    for (const graph of subgraphsOf(node)) yield* initializersOf(graph);
    yield* attributeTensors(node);
  }
}

function* initializersOf(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const sparse of graph.sparseInitializer) yield* presentOf(sparse.values, sparse.indices);
}

function* attributeTensors(node: NodeProto): Generator<TensorProto> {
  for (const attribute of node.attribute) {
    yield* presentOf(attribute.t, ...attribute.tensors);
    for (const sparse of [attribute.sparseTensor, ...attribute.sparseTensors]) {
      if (sparse) yield* presentOf(sparse.values, sparse.indices);
    }
  }
}

function presentOf(...tensors: readonly (TensorProto | null)[]): readonly TensorProto[] {
  return tensors.filter((tensor) => tensor !== null);
}
