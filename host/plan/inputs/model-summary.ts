import type { CellInput, PlanModel } from '../../../agent/contract/plan.ts';
import type { ModelFacts } from '../../../models/facts.ts';
import { inspectModel } from '../../../models/inspect/inspect-model.ts';

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
  /**
   * Floating-point operations and operations on integers of convolutions and matrix products; null
   * where free dimensions or operators that are not counted leave all of them unknown, lower bounds
   * where `flops_unknown_nodes` is above 0.
   */
  readonly flops_per_item: number | null;
  readonly integer_operations_per_item: number | null;
  readonly flops_unknown_nodes: number | null;
  /** Which these nodes are. */
  readonly flops_unknown_by_op: Readonly<Record<string, number>> | null;
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
    ...workOf(facts.flops),
  };
}

function workOf(flops: ModelFacts['flops']) {
  const isCounted = flops !== null && flops.estimatedNodes > 0;
  return {
    flops_per_item: isCounted ? flops.perItem : null,
    integer_operations_per_item: isCounted ? flops.integerPerItem : null,
    flops_unknown_nodes: flops?.unknownNodes ?? null,
    flops_unknown_by_op:
      flops && Object.fromEntries(flops.unknownByOp.map(({ op, count }) => [op, count])),
  };
}

interface Measured {
  readonly facts: ModelFacts;
  readonly summary: ModelSummary;
}

/**
 * The summary with the work of an item in the shapes that are measured, where the file alone does
 * not tell them or what an item is.
 * @param inputs of one cell.
 */
export async function summaryAt(
  { facts, summary }: Measured,
  inputs: readonly CellInput[],
  batchAxes: readonly string[],
): Promise<ModelSummary> {
  const location = facts.files[0]?.location ?? null;
  if (location === null || (facts.flops !== null && batchAxes.length === 0)) return summary;
  const overrides = Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]));
  const { flops } = await inspectModel(location, { overrides, batchAxes });
  return {
    ...summary,
    flops_per_item: flops?.perItem ?? null,
    flops_unknown_nodes: flops?.unknownNodes ?? null,
  };
}
