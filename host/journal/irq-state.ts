import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import { counterDifference } from '../telemetry/counter-difference.ts';
import { type CounterTable, parseCounterTable } from '../telemetry/counter-table.ts';
import { interruptSource } from '../telemetry/interrupt-source.ts';

const MAX_ROWS = 8192;

/** How often one source interrupted, by CPU. */
export interface IrqRate {
  readonly name: string;
  readonly kind: 'hard' | 'soft';
  readonly perS: number;
  /** Null on a CPU of which nothing is known. */
  readonly perCpuS: readonly (number | null)[];
}

/** Interrupts and softirqs over the steady part of the last process that had one. */
export interface IrqState {
  readonly start: {
    readonly process: number;
    readonly t_ns: number;
    readonly interrupts: CounterTable;
    readonly softirqs: CounterTable;
  } | null;
  /** Empty until there was anything to compare; hard ones first, each kind by rate. */
  readonly rates: readonly IrqRate[];
  readonly cpus: readonly number[];
  /** Sources without a rate: their rows could not be read. */
  readonly unread: number;
  /** What the rates are of: a whole steady part, or the time between the two newest readings. */
  readonly over: 'process' | 'moment';
  /** Counters as far as readings told them; null where the telemetry tells none. */
  readonly counted: {
    readonly t_ns: number;
    readonly interrupts: CounterTable;
    readonly softirqs: CounterTable;
  } | null;
  /** What /proc/interrupts says of each source beside its counts: readings tell only ids. */
  readonly descriptions: ReadonlyMap<string, string>;
}

export const initialIrq: IrqState = {
  start: null,
  rates: [],
  cpus: [],
  unread: 0,
  over: 'process',
  counted: null,
  descriptions: new Map(),
};

type Counted = NonNullable<EventOf<'tele'>['counted']>;

/** The state after one more reading, where the telemetry counts sources. */
export function withCounted(state: IrqState, event: EventOf<'tele'>): IrqState {
  const known =
    event.idle === undefined
      ? state
      : { ...state, descriptions: descriptionsOf(parseCounterTable(event.idle.interrupts)) };
  if (event.counted === undefined) return known;
  const before = known.counted;
  const { t_ns } = event;
  const counted = {
    t_ns,
    interrupts: told(before?.interrupts, event.counted.interrupts, known.descriptions),
    softirqs: told(before?.softirqs, event.counted.softirqs, known.descriptions),
  };
  if (before === null || t_ns <= before.t_ns) return { ...known, counted };
  return { ...known, counted, over: 'moment', ...ratesBetween(before, counted) };
}

function descriptionsOf({ rows }: CounterTable): ReadonlyMap<string, string> {
  return new Map(rows.map(({ id, description }) => [id, description]));
}

/** The table after an event that tells only what changed, or all of it when the CPUs did. */
function told(
  before: CounterTable | undefined,
  { cpus, rows }: Counted['interrupts'],
  descriptions: ReadonlyMap<string, string>,
): CounterTable {
  const isSame = before !== undefined && String(before.cpus) === String(cpus);
  const all = new Map((isSame ? before.rows : []).map((row) => [row.id, row]));
  for (const { id, counts } of rows) {
    // Readings tell no totals without a CPU.
    all.set(id, { id, counts, isTotal: false, description: descriptions.get(id) ?? '' });
  }
  return { cpus, rows: [...all.values()].slice(0, MAX_ROWS), problems: [], unread: 0 };
}

/** The state after the /proc files at one edge of a steady part. */
export function withEdge(state: IrqState, event: EventOf<'edge'>): IrqState {
  const interrupts = parseCounterTable(event.interrupts);
  const softirqs = parseCounterTable(event.softirqs);
  const { process, t_ns } = event;
  const descriptions = descriptionsOf(interrupts);
  if (event.edge === 'steady-start') {
    return { ...state, descriptions, start: { process, t_ns, interrupts, softirqs } };
  }
  const { start } = state;
  if (start === null || start.process !== process || t_ns <= start.t_ns) return state;
  // Where readings tell every second, a whole process is old news.
  if (state.counted !== null) return { ...state, start: null };
  const rates = ratesBetween(start, { t_ns, interrupts, softirqs });
  return { ...state, start: null, over: 'process', ...rates };
}

interface Reading {
  readonly t_ns: number;
  readonly interrupts: CounterTable;
  readonly softirqs: CounterTable;
}

function ratesBetween(start: Reading, end: Reading): Pick<IrqState, 'rates' | 'cpus' | 'unread'> {
  const seconds = (end.t_ns - start.t_ns) / 1e9;
  const hard = counterDifference(start.interrupts, end.interrupts);
  const soft = counterDifference(start.softirqs, end.softirqs);
  const softColumns = hard.cpus.map((cpu) => soft.cpus.indexOf(cpu));
  const rates = [
    ...hard.rows.map((row) => {
      const name = cleanLine(interruptSource(row).name, 60);
      return rateOf(name, 'hard', row.counts, row.isTotal, seconds);
    }),
    ...soft.rows.map((row) => {
      const counts = softColumns.map((column) => row.counts[column] ?? null);
      return rateOf(`softirq ${row.id}`, 'soft', counts, false, seconds);
    }),
  ];
  return {
    cpus: hard.cpus,
    unread: hard.unread.length + soft.unread.length,
    rates: rates
      .filter(({ perS }) => perS > 0)
      .sort((a, b) => (a.kind === b.kind ? b.perS - a.perS : a.kind === 'hard' ? -1 : 1)),
  };
}

function rateOf(
  name: string,
  kind: IrqRate['kind'],
  counts: readonly (number | null)[],
  isTotal: boolean,
  seconds: number,
): IrqRate {
  const perS = counts.reduce<number>((sum, value) => sum + (value ?? 0), 0) / seconds;
  // A total without a CPU has no place on any of them.
  const perCpuS = isTotal ? [] : counts.map((count) => (count === null ? null : count / seconds));
  return { name, kind, perS, perCpuS };
}
