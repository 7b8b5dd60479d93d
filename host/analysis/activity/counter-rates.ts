import { cleanLine } from '../../../agent/contract/clean-text.ts';
import type { Span } from '../../journal/edges.ts';
import type { LinkInterface } from '../../journal/tele-data.ts';
import { counterDifference } from '../../telemetry/counter-difference.ts';
import type { CounterTable } from '../../telemetry/counter-table.ts';
import { type InterruptSource, interruptSource } from '../../telemetry/interrupt-source.ts';
import { columnSums, spreadOf } from '../../telemetry/spread.ts';
import type {
  InterruptRate,
  InterruptRates,
  Rate,
  SoftirqRates,
} from '../result/activity-result.ts';

/** Sources that a result lists; the rest is folded into one. A board has 30 that ever count. */
const MAX_SOURCES = 24;
const MAX_TYPES = 16;

/** Counts of one source over several intervals. */
interface Counted {
  readonly id: string;
  readonly description: string;
  readonly perCpu: number[];
}

interface CountedTable {
  readonly seconds: number;
  readonly cpus: readonly number[];
  readonly rows: readonly Counted[];
}

/**
 * Interrupts a second by source and CPU over all intervals together, of the CPUs that were online
 * throughout where that is known; null where nothing could be read.
 */
export function interruptsOver(
  spans: readonly Span[],
  link: LinkInterface | null,
  online: ReadonlySet<number> | null,
): InterruptRates | null {
  const table = countedOver(spans, (edge) => edge.interrupts, online);
  if (table === null) return null;
  const { cpus, seconds } = table;
  const rows = table.rows.map((row) => ({
    source: interruptSource(row),
    perCpu: row.perCpu,
  }));
  const sumOf = (isIn: (source: InterruptSource) => boolean) =>
    columnSums(
      cpus.length,
      rows.filter(({ source }) => isIn(source)).map(({ perCpu }) => perCpu),
    );
  const rates = rows
    .map(({ source, perCpu }) => interruptRate(source, perCpu, table, link))
    .sort((a, b) => b.per_s - a.per_s);
  const isListed = (rate: InterruptRate, rank: number) =>
    rank < MAX_SOURCES || rate.is_gpu || rate.is_link;
  const listed = rates.filter(isListed);
  const folded = rates.filter((rate, rank) => !isListed(rate, rank));
  const ofKind = (kind: InterruptSource['kind']) =>
    rateOf(
      sumOf((source) => source.kind === kind),
      seconds,
    );
  return {
    ...spreadRate(
      sumOf(() => true),
      table,
    ),
    seconds,
    cpus: [...cpus],
    by_kind: {
      device: ofKind('device'),
      timer: ofKind('timer'),
      ipi: ofKind('ipi'),
      other: ofKind('other'),
    },
    gpu: rateOf(
      sumOf(({ isGpu }) => isGpu),
      seconds,
    ),
    sources: listed.slice(0, 2 * MAX_SOURCES),
    rest: {
      sources: folded.length,
      per_s: folded.reduce((sum, { per_s }) => sum + per_s, 0),
      cpus_per_s: columnSums(
        cpus.length,
        folded.map(({ cpus_per_s }) => cpus_per_s),
      ),
    },
  };
}

/**
 * Softirqs a second by type and CPU over all intervals together. /proc/softirqs lists CPUs that are
 * offline too: only those of `online` have a rate, where that is known.
 */
export function softirqsOver(
  spans: readonly Span[],
  online: ReadonlySet<number> | null,
): SoftirqRates | null {
  const table = countedOver(spans, (edge) => edge.softirqs, online);
  if (table === null) return null;
  const all = columnSums(
    table.cpus.length,
    table.rows.map(({ perCpu }) => perCpu),
  );
  return {
    ...spreadRate(all, table),
    seconds: table.seconds,
    cpus: [...table.cpus],
    types: table.rows
      .slice(0, MAX_TYPES)
      .map(({ id, perCpu }) => ({ type: cleanLine(id, 32), ...spreadRate(perCpu, table) }))
      .sort((a, b) => b.per_s - a.per_s),
  };
}

/** Sums over the intervals of the CPUs that were online at both ends of each. */
function countedOver(
  spans: readonly Span[],
  tableOf: (edge: Span['start']) => CounterTable,
  online: ReadonlySet<number> | null,
): CountedTable | null {
  const differences = spans
    .map((span) => ({
      seconds: (span.end.t_ns - span.start.t_ns) / 1e9,
      ...counterDifference(tableOf(span.start), tableOf(span.end)),
    }))
    .filter(({ cpus, seconds }) => cpus.length > 0 && seconds > 0);
  if (differences.length === 0) return null;
  // A CPU that was offline in one process has no rate that stands beside the others'.
  const cpus = (differences[0]?.cpus ?? []).filter(
    (cpu) =>
      (online === null || online.has(cpu)) && differences.every((each) => each.cpus.includes(cpu)),
  );
  const rows = new Map<string, Counted>();
  // Nor has a source whose row could not be read at one edge.
  const unread = new Set(differences.flatMap((each) => each.unread));
  for (const difference of differences) {
    for (const { id, description, counts, isTotal } of difference.rows) {
      if (isTotal || unread.has(id)) continue;
      const row = rows.get(id) ?? { id, description, perCpu: cpus.map(() => 0) };
      rows.set(id, row);
      cpus.forEach((cpu, at) => {
        row.perCpu[at] = (row.perCpu[at] ?? 0) + (counts[difference.cpus.indexOf(cpu)] ?? 0);
      });
    }
  }
  const seconds = differences.reduce((sum, each) => sum + each.seconds, 0);
  return { seconds, cpus, rows: [...rows.values()] };
}

function interruptRate(
  source: InterruptSource,
  perCpu: readonly number[],
  table: CountedTable,
  link: LinkInterface | null,
): InterruptRate {
  return {
    ...spreadRate(perCpu, table),
    id: source.id,
    name: cleanLine(source.name, 80),
    kind: source.kind,
    role: source.role,
    is_gpu: source.isGpu,
    is_link: isOfLink(source, link),
  };
}

/**
 * By the ids that the board found for the interface, or by its name in the row: `eth0`,
 * `eth0-rx-0`.
 */
export function isOfLink(
  source: Pick<InterruptSource, 'id' | 'name' | 'kind'>,
  link: LinkInterface | null,
): boolean {
  if (link === null || source.kind !== 'device') return false;
  if (link.interrupts.includes(source.id)) return true;
  return source.name
    .split(', ')
    .some((name) => name === link.interface || name.startsWith(`${link.interface}-`));
}

function rateOf(perCpu: readonly number[], seconds: number): Rate {
  return {
    per_s: perCpu.reduce((sum, value) => sum + value, 0) / seconds,
    cpus_per_s: perCpu.map((value) => value / seconds),
  };
}

function spreadRate(perCpu: readonly number[], { cpus, seconds }: CountedTable) {
  const { imbalance, busiest } = spreadOf(cpus, perCpu);
  return { ...rateOf(perCpu, seconds), imbalance, busiest_cpu: busiest?.cpu ?? null };
}
