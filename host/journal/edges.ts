import type { CounterTable } from '../telemetry/counter-table.ts';
import type { ProcStat } from '../telemetry/proc-stat.ts';

/** The /proc files at one edge of a process' steady part. */
export interface EdgeSnapshot {
  readonly t_ns: number;
  readonly stat: ProcStat;
  readonly interrupts: CounterTable;
  readonly softirqs: CounterTable;
}

/** What lies between two snapshots. */
export interface Span {
  readonly start: EdgeSnapshot;
  readonly end: EdgeSnapshot;
}
