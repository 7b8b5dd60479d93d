import { createHash } from 'node:crypto';
import {
  type Cell,
  type Effort,
  type Plan,
  type PlanModel,
  planSchema,
} from '../../agent/contract/plan.ts';
import { PROTOCOL_VERSION } from '../../agent/contract/version.ts';

export interface PlanParts {
  readonly createdUtc: string;
  readonly owner: string;
  readonly seed: number;
  readonly models: readonly PlanModel[];
  readonly cells: readonly Cell[];
  readonly ortLibraries?: readonly string[];
  readonly effort: Effort;
  readonly telemetry: Plan['telemetry'];
  /** Absent: as often as the source does by itself. */
  readonly sampleEveryMs?: number | undefined;
  readonly placement: boolean;
  readonly context: Readonly<Record<string, unknown>>;
}

/**
 * A plan with its run id and the order of every block. The same parts give the same plan. One that
 * the board would refuse is refused here, before anything is sent.
 * @throws Error on what no request can lead to: names that are given twice or mean nothing.
 */
export function makePlan(parts: PlanParts): Plan {
  const body = {
    protocol: PROTOCOL_VERSION,
    createdUtc: parts.createdUtc,
    owner: parts.owner,
    seed: parts.seed,
    models: [...parts.models],
    cells: [...parts.cells],
    ...(parts.ortLibraries && { ortLibraries: [...parts.ortLibraries] }),
    order: blockOrder(parts.seed, parts.cells, parts.effort.maxBlocks),
    effort: parts.effort,
    telemetry: parts.telemetry,
    ...(parts.sampleEveryMs !== undefined && { sampleEveryMs: parts.sampleEveryMs }),
    placement: parts.placement,
    context: { ...parts.context },
  };
  const plan = { ...body, runId: runIdOf(body) };
  const [issue] = planSchema.safeParse(plan).error?.issues ?? [];
  if (issue) throw new Error(`the plan is not sound: ${issue.path.join('.')}: ${issue.message}`);
  return plan;
}

/** `20261123-101500-3fa9c1`: sorts by time, and tells two runs of one second apart. */
function runIdOf(body: { readonly createdUtc: string }): string {
  const stamp = body.createdUtc.replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  return `${stamp}-${digest.slice(0, 6)}`;
}

/**
 * A seeded random order of all cells for each block: sorting by a hash of seed, block and cell is a
 * uniform shuffle that anyone can recompute, without a generator whose state would have to be
 * specified.
 */
function blockOrder(seed: number, cells: readonly Cell[], blocks: number): string[][] {
  return Array.from({ length: blocks }, (_, block) => {
    // Calibrations stand last: a budget that runs out in the first block has then gone to what was
    // asked for.
    const key = (cell: Cell) =>
      (cell.purpose === 'calibration' ? 'z' : 'a') +
      createHash('sha256').update(`${seed}/${block}/${cell.id}`).digest('hex');
    return cells
      .map((cell) => ({ id: cell.id, key: key(cell) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((entry) => entry.id);
  });
}
