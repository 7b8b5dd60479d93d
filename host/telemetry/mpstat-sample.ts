import type { CpuUse } from './cpu-use.ts';

/** Something printed wrong, and what stands in the sample instead. */
export interface Correction {
  readonly kind:
    | 'softirqs-as-interrupts'
    | 'cpu-not-online'
    | 'impossible-rate'
    | 'total-overflow'
    | 'iowait-backwards'
    | 'counter-reset';
  readonly cpu: number | 'all';
  /** Which value: `intr/s`, `interrupts`, `softirqs`, `use`, or the id of an interrupt. */
  readonly what: string;
  readonly was: number | null;
  /** Null where the right value cannot be known. */
  readonly is: number | null;
}

/** Rates by source and CPU. */
export interface RateTable {
  /**
   * Ids of /proc/interrupts (`13`, `IPI0`) or types of /proc/softirqs (`NET_RX`), in the file's
   * order.
   */
  readonly sources: readonly string[];
  /** For each CPU one rate per source, a second; null is unknown. */
  readonly perS: ReadonlyMap<number, readonly (number | null)[]>;
}

/**
 * One report of `mpstat`, or the same figures computed from /proc. Tables that were not asked for
 * are empty.
 */
export interface MpstatSample {
  readonly origin: 'mpstat' | 'proc';
  /** `average`: over all samples before it. `since-boot`: a report without an interval. */
  readonly period: 'interval' | 'average' | 'since-boot';
  /** End of the interval as printed, in whatever locale; without a date or a zone. */
  readonly time: string | null;
  /** CPU time by class, in percent. */
  readonly use: { readonly all: CpuUse | null; readonly cpus: ReadonlyMap<number, CpuUse> };
  /** The same by NUMA node, where the kernel has nodes. */
  readonly nodes: ReadonlyMap<number, CpuUse>;
  readonly interruptsPerS: {
    readonly all: number | null;
    readonly cpus: ReadonlyMap<number, number | null>;
  };
  readonly interrupts: RateTable;
  readonly softirqs: RateTable;
  /** False when the log ended inside this sample. */
  readonly isComplete: boolean;
  readonly corrections: readonly Correction[];
}

/** The machine that mpstat names in its first line. */
export interface MpstatSystem {
  readonly kernel: string;
  readonly machine: string;
  /** As printed, in whatever locale. */
  readonly date: string;
  /** All that the machine has, offline ones included. */
  readonly cpuCount: number;
}

export const emptyRates: RateTable = { sources: [], perS: new Map() };

/** Sum of one CPU's rates; null where the table does not have the CPU, or a rate is unknown. */
export function rateOfCpu(table: RateTable, cpu: number): number | null {
  const row = table.perS.get(cpu);
  if (row === undefined) return null;
  let sum = 0;
  for (const value of row) {
    if (value === null) return null;
    sum += value;
  }
  return sum;
}
