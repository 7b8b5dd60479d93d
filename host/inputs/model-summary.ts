import type { PlanModel } from '../../agent/protocol/plan.ts';
import type { ModelFacts } from '../../models/facts.ts';

/** What a result keeps of a model; no paths of this machine. */
export interface ModelSummary {
  readonly name: string;
  readonly origin: 'built-in' | 'file';
  readonly size_bytes: number;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly size_bytes: number;
  }[];
  readonly ir_version: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly inputs: ModelFacts['inputs'];
  readonly outputs: ModelFacts['outputs'];
  readonly parameters: number;
  readonly parameter_bytes: number;
  readonly nodes: Readonly<Record<string, number>>;
  /** Null where free dimensions leave it unknown. */
  readonly flops_per_item: number | null;
  readonly flops_unknown_nodes: number | null;
}

/** The facts of a model in the words of the result file. */
export function summarizeModel(
  facts: ModelFacts,
  planModel: PlanModel,
  origin: ModelSummary['origin'],
): ModelSummary {
  return {
    name: planModel.name,
    origin,
    size_bytes: facts.sizeBytes,
    files: planModel.files.map(({ path, sha256, sizeBytes }) => ({
      path,
      sha256,
      size_bytes: sizeBytes,
    })),
    ir_version: facts.irVersion,
    opsets: Object.fromEntries(facts.opsets.map(({ domain, version }) => [domain, version])),
    producer: [facts.producer.name, facts.producer.version].filter((text) => text !== '').join(' '),
    inputs: facts.inputs,
    outputs: facts.outputs,
    parameters: facts.parameters.count,
    parameter_bytes: facts.parameters.bytes,
    nodes: Object.fromEntries(facts.nodes.byOp.map(({ op, count }) => [op, count])),
    flops_per_item: facts.flops?.perItem ?? null,
    flops_unknown_nodes: facts.flops?.unknownNodes ?? null,
  };
}
