import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planSchema } from '../contract/plan.ts';
import { segmentFile } from '../contract/run-files.ts';
import { PROTOCOL_VERSION } from '../contract/version.ts';

export type ReadPlan =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly code: string; readonly problem: string };

/** Reads and validates the plan of a segment; a plan of another protocol is never guessed at. */
export function readPlan(runDirectory: string, segment: number): ReadPlan {
  const name = segmentFile('plan.json', segment);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(join(runDirectory, name), 'utf8'));
  } catch (error) {
    const problem = `cannot read ${name}: ${(error as Error).message}`;
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
    const problem = `${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`;
    return { ok: false, code: 'plan-unreadable', problem };
  }
  const problem = contradiction(parsed.data, segment);
  if (problem === null) return { ok: true, plan: parsed.data };
  return { ok: false, code: 'plan-unreadable', problem: `${name}: ${problem}` };
}

/** What the schema cannot say, as it does not know which segment was asked for. */
function contradiction({ segment: planned = 1 }: Plan, segment: number): string | null {
  return planned === segment ? null : `it is of segment ${planned}, not ${segment}`;
}
