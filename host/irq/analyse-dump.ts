import { counterSteps } from '../telemetry/counter-difference.ts';
import type { CounterProblem, CounterRow, CounterTable } from '../telemetry/counter-table.ts';
import {
  type InterruptKind,
  type InterruptSource,
  interruptSource,
} from '../telemetry/interrupt-source.ts';
import { columnSums, type Spread, spreadOf } from '../telemetry/spread.ts';

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

/** A row of a dump that could not be read: its source is in no figure. */
interface UnreadRow extends CounterProblem {
  readonly dump: 'later' | 'earlier';
  readonly table: 'interrupts' | 'softirqs';
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
  /** CPUs that only one of the two dumps has: what they served is in no figure. */
  readonly cpusLeftOut: readonly number[];
  /** Sources that only the earlier dump has: what they counted until they went is not known. */
  readonly gone: readonly string[];
  /** Rows of all dumps that could not be read, and the first of them. */
  readonly unread: { readonly count: number; readonly rows: readonly UnreadRow[] };
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

/**
 * Totals, shares and imbalance by source, kind and CPU; with an earlier dump, of the difference.
 */
export function analyseDump(dumps: Dumps): DumpAnalysis {
  const { interrupts, softirqs, before } = dumps;
  const counted = countedBetween(before?.interrupts ?? null, interrupts);
  const { cpus } = counted;
  const rows = counted.rows
    .filter(({ isTotal }) => !isTotal)
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
    silentSources: counted.silent,
    reset: counted.reset,
    ...comeAndGone(before?.interrupts ?? null, interrupts),
    unread: unreadOf(dumps),
    softirqs: softirqs === null ? null : analyseSoftirqs(softirqs, before?.softirqs ?? null, cpus),
  };
}

interface Counted {
  readonly cpus: readonly number[];
  /** Those that counted anything. */
  readonly rows: readonly CounterRow[];
  /** How many counted nothing. */
  readonly silent: number;
  readonly reset: readonly string[];
}

function countedBetween(before: CounterTable | null, after: CounterTable): Counted {
  const steps =
    before === null
      ? { cpus: after.cpus, rows: after.rows, reset: [] }
      : counterSteps(before, after);
  const rows = steps.rows.filter(({ counts }) => counts.some((value) => value > 0));
  return { ...steps, rows, silent: steps.rows.length - rows.length };
}

/** What only one of two dumps has. */
function comeAndGone(
  before: CounterTable | null,
  after: CounterTable,
): Pick<DumpAnalysis, 'cpusLeftOut' | 'gone'> {
  if (before === null) return { cpusLeftOut: [], gone: [] };
  const missing = (from: readonly number[], of: readonly number[]) =>
    of.filter((cpu) => !from.includes(cpu));
  const named = new Set([...after.rows, ...after.problems].map(({ id }) => id));
  return {
    cpusLeftOut: [...missing(before.cpus, after.cpus), ...missing(after.cpus, before.cpus)].sort(
      (a, b) => a - b,
    ),
    gone: before.rows.map(({ id }) => id).filter((id) => !named.has(id)),
  };
}

function unreadOf({ interrupts, softirqs, before }: Dumps): DumpAnalysis['unread'] {
  const all = [
    { dump: 'later', table: 'interrupts', read: interrupts },
    { dump: 'later', table: 'softirqs', read: softirqs },
    { dump: 'earlier', table: 'interrupts', read: before?.interrupts ?? null },
    { dump: 'earlier', table: 'softirqs', read: before?.softirqs ?? null },
  ] as const;
  return {
    count: all.reduce((sum, { read }) => sum + (read?.unread ?? 0), 0),
    rows: all.flatMap(({ dump, table, read }) =>
      (read?.problems ?? []).map((problem) => ({ dump, table, ...problem })),
    ),
  };
}

/**
 * /proc/softirqs lists every CPU that there may be. Between two dumps only those of `online`
 * counted: the others have no zero there, but nothing. Since boot each has what it counted while it
 * was online.
 */
function analyseSoftirqs(
  softirqs: CounterTable,
  before: CounterTable | null,
  online: readonly number[],
): SoftirqAnalysis {
  const counted = countedBetween(before, softirqs);
  const isIn = (at: number) => before === null || online.includes(counted.cpus[at] ?? -1);
  const cpus = counted.cpus.filter((_, at) => isIn(at));
  const rows = counted.rows.map((row) => ({
    ...row,
    counts: row.counts.filter((_, at) => isIn(at)),
  }));
  const counts = rows.map((row) => row.counts);
  const { reset } = counted;
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
