import { readFileSync } from 'node:fs';
import { type Plan, planSchema } from '../protocol/plan.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';

export type ReadPlan =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly code: string; readonly problem: string };

/** Reads and validates a plan; a plan of another protocol is never guessed at. */
export function readPlan(path: string): ReadPlan {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const problem = `cannot read plan.json: ${(error as Error).message}`;
    return { ok: false, code: 'plan-unreadable', problem };
  }
  const { protocol } = (json ?? {}) as { protocol?: unknown };
  if (protocol !== PROTOCOL_VERSION) {
    const problem = `plan has protocol ${String(protocol)}, this agent speaks ${PROTOCOL_VERSION}`;
    return { ok: false, code: 'protocol-mismatch', problem };
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const problem = `plan.json: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`;
    return { ok: false, code: 'plan-unreadable', problem };
  }
  return contradiction(parsed.data) ?? { ok: true, plan: parsed.data };
}

/** What a schema cannot say: every name in the plan has to mean something. */
function contradiction(plan: Plan): ReadPlan | null {
  const cells = new Set(plan.cells.map(({ id }) => id));
  const models = new Set(plan.models.map(({ id }) => id));
  const unknownModel = plan.cells.find(({ model }) => !models.has(model))?.model;
  const unknownCell = plan.order.flat().find((id) => !cells.has(id));
  const problem = [
    unknownModel === undefined ? null : `cells use model ${unknownModel}, which is not in the plan`,
    unknownCell === undefined
      ? null
      : `the order names cell ${unknownCell}, which is not in the plan`,
    cells.size === plan.cells.length ? null : 'two cells have the same id',
  ].find((text) => text !== null);
  return problem ? { ok: false, code: 'plan-unreadable', problem: `plan.json: ${problem}` } : null;
}
