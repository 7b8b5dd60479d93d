import { engines } from '../contract/choices.ts';
import { cleanLine } from '../contract/clean-text.ts';
import type { Unnumbered, WrittenOf } from '../contract/events.ts';
import type { Plan } from '../contract/plan.ts';
import { PROTOCOL_VERSION } from '../contract/version.ts';
import { readBootId } from '../proc/process-table.ts';
import type { Clock } from '../process/clock.ts';
import { droppedNames, keptNames } from '../process/environment/role-environment.ts';
import type { Runtime } from '../process/runtime.ts';
import { agentVersion } from '../process/version.ts';

const maxNames = 1024;

/** A journal's first event: who runs which plan, where and when. */
export function helloEvent(
  plan: Plan,
  runtime: Runtime,
  clock: Clock,
): Unnumbered<WrittenOf<'hello'>> {
  return {
    kind: 'hello',
    t_ns: clock.now_ns(),
    protocol: PROTOCOL_VERSION,
    agent: { version: agentVersion, node: process.version, pid: process.pid },
    capabilities: [
      ...engines.map((engine) => `engine:${engine}`),
      'placement',
      'telemetry:mpstat',
      'telemetry:proc',
      'telemetry:full',
    ],
    runId: plan.runId,
    bootId: readBootId(),
    monotonicOrigin_ns: String(clock.origin_ns),
    wallClockUtc: new Date().toISOString(),
    variables: {
      passed: bounded(keptNames(runtime.account, plan.cells)),
      dropped: bounded(droppedNames(runtime.account, plan.cells)),
    },
    plan,
  };
}

/** Names only, as the journal holds them: values may be secrets. */
function bounded(names: readonly string[]): string[] {
  return names.slice(0, maxNames).map((name) => cleanLine(name, 128));
}
