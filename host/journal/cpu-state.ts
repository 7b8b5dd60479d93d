import type { EventOf } from '../../agent/contract/events.ts';
import { busyOf, type CpuUse, cpuUse } from '../telemetry/cpu-use.ts';
import { type CpuTimes, cpuTimeColumns, MAX_CPUS, type ProcStat } from '../telemetry/proc-stat.ts';

/** Cumulative counters. */
export type Reading = Pick<EventOf<'tele'>, 't_ns' | 'cpus' | 'intr' | 'ctxt'>;

/** What the board did between the two newest readings. */
interface CpuSample {
  readonly all: CpuUse;
  readonly cpus: ReadonlyMap<number, CpuUse>;
  readonly interruptsPerS: number;
  readonly contextSwitchesPerS: number;
}

export interface CpuState {
  readonly last: Reading | null;
  /** As the newest reading has it; null before the first. */
  readonly memAvailableBytes: number | null;
  /** Null until there were two readings. */
  readonly sample: CpuSample | null;
  /**
   * CPUs that any reading had, in order: one that is not in the sample is offline, or was for a
   * part of it.
   */
  readonly known: readonly number[];
  /** Share of all CPUs that was busy, newest last. */
  readonly busy: readonly number[];
}

export const initialCpu: CpuState = {
  last: null,
  memAvailableBytes: null,
  sample: null,
  known: [],
  busy: [],
};

const MAX_BUSY = 120;

/** The state after one more reading; counters are cumulative, so that a lost one loses nothing. */
export function withReading(state: CpuState, event: EventOf<'tele'>): CpuState {
  const { t_ns, cpus, intr, ctxt, memAvailableBytes } = event;
  const { last } = state;
  const known = knownWith(state.known, event);
  const elapsedS = last === null ? 0 : (t_ns - last.t_ns) / 1e9;
  const next = { ...state, known, last: { t_ns, cpus, intr, ctxt }, memAvailableBytes };
  if (last === null || elapsedS <= 0) return next;
  const use = cpuUse(statOf(last), statOf(event));
  const sample = {
    ...use,
    interruptsPerS: Math.max(0, event.intr - last.intr) / elapsedS,
    contextSwitchesPerS: Math.max(0, event.ctxt - last.ctxt) / elapsedS,
  };
  return { ...next, sample, busy: [...state.busy, busyOf(use.all) / 100].slice(-MAX_BUSY) };
}

function knownWith(known: readonly number[], { cpus }: EventOf<'tele'>): readonly number[] {
  const added = cpus.map(({ cpu }) => cpu).filter((cpu) => !known.includes(cpu));
  if (added.length === 0) return known;
  return [...new Set([...known, ...added])].sort((a, b) => a - b).slice(0, MAX_CPUS);
}

/** What a reading says, in the terms of /proc/stat. */
export function statOf({ cpus, intr, ctxt }: Reading): ProcStat {
  const times = cpus.map(({ cpu, jiffies }) => [cpu, timesOf(jiffies)] as const);
  return { cpus: new Map(times), interrupts: intr, contextSwitches: ctxt, problems: [] };
}

function timesOf(jiffies: readonly number[]): CpuTimes {
  const entries = cpuTimeColumns.map((name, index) => [name, jiffies[index] ?? 0]);
  return Object.fromEntries(entries) as CpuTimes;
}
