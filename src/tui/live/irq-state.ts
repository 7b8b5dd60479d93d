import { cleanLine } from '../../../agent/protocol/clean-text.ts';
import type { EventOf } from '../../../agent/protocol/events.ts';
import { interruptSource } from '../../../host/irq/interrupt-source.ts';
import { counterDifference } from '../../../host/telemetry/counter-difference.ts';
import { type CounterTable, parseCounterTable } from '../../../host/telemetry/counter-table.ts';

/** How often one source interrupted, by CPU. */
export interface IrqRate {
  readonly name: string;
  readonly kind: 'hard' | 'soft';
  readonly perS: number;
  readonly perCpuS: readonly number[];
}

/** Interrupts and softirqs over the steady part of the last process that had one. */
export interface IrqState {
  readonly start: {
    readonly process: number;
    readonly t_ns: number;
    readonly interrupts: CounterTable;
    readonly softirqs: CounterTable;
  } | null;
  /** Empty until a process was measured; hard ones first, each kind by rate. */
  readonly rates: readonly IrqRate[];
  readonly cpus: readonly number[];
}

export const initialIrq: IrqState = { start: null, rates: [], cpus: [] };

/** The state after the /proc files at one edge of a steady part. */
export function reduceEdge(state: IrqState, event: EventOf<'edge'>): IrqState {
  const interrupts = parseCounterTable(event.interrupts);
  const softirqs = parseCounterTable(event.softirqs);
  const { process, t_ns } = event;
  if (event.edge === 'steady-start') {
    return { ...state, start: { process, t_ns, interrupts, softirqs } };
  }
  const { start } = state;
  if (start === null || start.process !== process || t_ns <= start.t_ns) return state;
  const seconds = (t_ns - start.t_ns) / 1e9;
  const hard = counterDifference(start.interrupts, interrupts);
  const soft = counterDifference(start.softirqs, softirqs);
  const softColumns = hard.cpus.map((cpu) => soft.cpus.indexOf(cpu));
  const rates = [
    ...hard.rows.map((row) => {
      const name = cleanLine(interruptSource(row).name, 60);
      return rateOf(name, 'hard', row.counts, hard.cpus.length, seconds);
    }),
    ...soft.rows.map((row) => {
      const counts = softColumns.map((column) => row.counts[column] ?? 0);
      return rateOf(`softirq ${row.id}`, 'soft', counts, hard.cpus.length, seconds);
    }),
  ];
  return {
    start: null,
    cpus: hard.cpus,
    rates: rates
      .filter(({ perS }) => perS > 0)
      .sort((a, b) => (a.kind === b.kind ? b.perS - a.perS : a.kind === 'hard' ? -1 : 1)),
  };
}

function rateOf(
  name: string,
  kind: IrqRate['kind'],
  counts: readonly number[],
  cpus: number,
  seconds: number,
): IrqRate {
  const perS = counts.reduce((sum, value) => sum + value, 0) / seconds;
  // A source with one total for all CPUs has no place on any of them.
  const perCpuS = counts.length === cpus ? counts.map((count) => count / seconds) : [];
  return { name, kind, perS, perCpuS };
}
