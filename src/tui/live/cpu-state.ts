import type { EventOf } from '../../../agent/protocol/events.ts';
import { type CpuUse, cpuUse } from '../../../host/telemetry/cpu-use.ts';
import { type CpuTimes, cpuTimeColumns, type ProcStat } from '../../../host/telemetry/proc-stat.ts';

/** What the board did between the two newest readings. */
interface BoardSample {
  readonly all: CpuUse;
  readonly cpus: ReadonlyMap<number, CpuUse>;
  readonly interruptsPerS: number;
  readonly contextSwitchesPerS: number;
}

export interface CpuState {
  readonly last: EventOf<'tele'> | null;
  /** Null until there were two readings. */
  readonly sample: BoardSample | null;
  /** Share of all CPUs that was busy, newest last. */
  readonly busy: readonly number[];
}

export const initialCpu: CpuState = { last: null, sample: null, busy: [] };

const MAX_BUSY = 120;

/** The state after one more reading; counters are cumulative, so that a lost one loses nothing. */
export function reduceTele(state: CpuState, event: EventOf<'tele'>): CpuState {
  const { last } = state;
  const elapsedS = last === null ? 0 : (event.t_ns - last.t_ns) / 1e9;
  if (last === null || elapsedS <= 0) return { ...state, last: event };
  const use = cpuUse(statOf(last), statOf(event));
  const sample = {
    ...use,
    interruptsPerS: Math.max(0, event.intr - last.intr) / elapsedS,
    contextSwitchesPerS: Math.max(0, event.ctxt - last.ctxt) / elapsedS,
  };
  return {
    last: event,
    sample,
    busy: [...state.busy, busyOf(use.all) / 100].slice(-MAX_BUSY),
  };
}

/** Percent of the time in which a CPU did anything; waiting for a disk is not doing. */
export function busyOf({ idle, iowait }: CpuUse): number {
  return Math.max(0, 100 - idle - iowait);
}

function statOf({ cpus, intr, ctxt }: EventOf<'tele'>): ProcStat {
  const times = cpus.map(({ cpu, jiffies }) => [cpu, timesOf(jiffies)] as const);
  return { cpus: new Map(times), interrupts: intr, contextSwitches: ctxt, problems: [] };
}

function timesOf(jiffies: readonly number[]): CpuTimes {
  const entries = cpuTimeColumns.map((name, index) => [name, jiffies[index] ?? 0]);
  return Object.fromEntries(entries) as CpuTimes;
}
