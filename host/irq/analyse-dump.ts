import { type CounterDelta, counterDifference } from '../telemetry/counter-difference.ts';
import type { CounterTable } from '../telemetry/counter-table.ts';
import { type InterruptKind, type InterruptSource, interruptSource } from './interrupt-source.ts';
import { columnSums, type Spread, spreadOf } from './spread.ts';

/** A source with its counts. */
export interface CountedSource extends InterruptSource, Spread {
  /** Of all interrupts. */
  readonly share: number;
}

interface CountedSoftirq extends Spread {
  readonly type: string;
  /** Of all softirqs. */
  readonly share: number;
}

export interface SoftirqAnalysis {
  readonly cpus: readonly number[];
  readonly all: Spread;
  /** Those that were counted, greatest first. */
  readonly types: readonly CountedSoftirq[];
  readonly reset: readonly string[];
}

/** What dumps of /proc/interrupts and /proc/softirqs say. */
export interface DumpAnalysis {
  /** False: counts since boot. True: what was counted between two dumps. */
  readonly isDifference: boolean;
  readonly cpus: readonly number[];
  readonly all: Spread;
  readonly byKind: Readonly<Record<InterruptKind, Spread>>;
  readonly gpu: Spread;
  /** Those that were counted, greatest first. Totals without a CPU (`Err`) are left out. */
  readonly sources: readonly CountedSource[];
  /** Sources that are listed and were never counted. */
  readonly silentSources: number;
  /** Counters that went back between the dumps: they count as nothing. */
  readonly reset: readonly string[];
  readonly softirqs: SoftirqAnalysis | null;
}

export interface Dumps {
  readonly interrupts: CounterTable;
  readonly softirqs: CounterTable | null;
  /** Earlier readings of the same board, to tell what was counted in between. */
  readonly before: {
    readonly interrupts: CounterTable;
    readonly softirqs: CounterTable | null;
  } | null;
}

/** Totals, shares and imbalance by source, kind and CPU; with an earlier dump, of the difference. */
export function analyseDump({ interrupts, softirqs, before }: Dumps): DumpAnalysis {
  const counted = countedBetween(before?.interrupts ?? null, interrupts);
  const { cpus } = counted;
  const rows = counted.rows
    .filter(({ counts }) => counts.length === cpus.length)
    .map((row) => ({ source: interruptSource(row), counts: row.counts }));
  const sumOf = (isWanted: (source: InterruptSource) => boolean) =>
    spreadOf(
      cpus,
      columnSums(
        cpus.length,
        rows.filter(({ source }) => isWanted(source)).map(({ counts }) => counts),
      ),
    );
  const all = sumOf(() => true);
  const ofKind = (kind: InterruptKind) => sumOf((source) => source.kind === kind);
  return {
    isDifference: before !== null,
    cpus,
    all,
    byKind: {
      device: ofKind('device'),
      timer: ofKind('timer'),
      ipi: ofKind('ipi'),
      other: ofKind('other'),
    },
    gpu: sumOf(({ isGpu }) => isGpu),
    sources: rows
      .map(({ source, counts }) => withShare({ ...source, ...spreadOf(cpus, counts) }, all))
      .sort((a, b) => b.total - a.total),
    silentSources: interrupts.rows.length - rows.length,
    reset: counted.reset,
    softirqs: softirqs === null ? null : analyseSoftirqs(softirqs, before?.softirqs ?? null),
  };
}

interface Counted {
  readonly cpus: readonly number[];
  /** Those that counted anything. */
  readonly rows: readonly CounterDelta[];
  readonly reset: readonly string[];
}

function countedBetween(before: CounterTable | null, after: CounterTable): Counted {
  if (before !== null) return counterDifference(before, after);
  const rows = after.rows.filter(({ counts }) => counts.some((value) => value > 0));
  return { cpus: after.cpus, rows, reset: [] };
}

function analyseSoftirqs(softirqs: CounterTable, before: CounterTable | null): SoftirqAnalysis {
  const { cpus, rows, reset } = countedBetween(before, softirqs);
  const counts = rows.map((row) => row.counts);
  const all = spreadOf(cpus, columnSums(cpus.length, counts));
  return {
    cpus,
    all,
    types: rows
      .map((row) => withShare({ type: row.id, ...spreadOf(cpus, row.counts) }, all))
      .sort((a, b) => b.total - a.total),
    reset,
  };
}

function withShare<T extends Spread>(counted: T, all: Spread): T & { readonly share: number } {
  return { ...counted, share: all.total === 0 ? 0 : counted.total / all.total };
}
