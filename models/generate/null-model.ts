import { GraphBuilder } from './graph-builder.ts';

/** One Identity node, [N, 1] → [N, 1]: what is measured with it is the harness. */
export function makeNullModel(name: string, summary: string): Uint8Array {
  const graph = new GraphBuilder(0, 'float32');
  graph.node('Identity', 'identity', ['input'], {}, 'logits');
  return graph.finish(name, summary, { input: [1], output: [1] });
}
