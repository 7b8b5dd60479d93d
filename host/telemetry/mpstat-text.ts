import { cleanLine } from '../../agent/contract/clean-text.ts';
import { LineSplitter } from './line-splitter.ts';
import { corrected } from './mpstat-corrections.ts';
import {
  cpuUseOf,
  headerOf,
  isAverage,
  mpstatTables,
  rowOf,
  systemOf,
  type TableHeader,
  type TableRow,
  wordsOf,
} from './mpstat-lines.ts';
import { emptyRates, type MpstatSample, type MpstatSystem } from './mpstat-sample.ts';
import { MAX_PROBLEMS, type ProcProblem } from './proc-stat.ts';

const MAX_LINE_LENGTH = 256 * 1024;
/** Numbers that one sample may hold: 32 CPUs with 8192 interrupts each, or the other way round. */
const MAX_VALUES = 262_144;

interface OpenTable {
  readonly header: TableHeader;
  readonly rows: TableRow[];
}

/**
 * Reads what `mpstat` prints, as it comes: sysstat 11.6 to 12.7, any locale, any activities, one
 * sample when the next one starts (there is no mark at the end of one). Never throws on bytes:
 * lines that do not fit are in `problems`. What mpstat is known to print wrong is corrected and
 * listed in the sample.
 */
export class MpstatTextReader {
  readonly #lines = new LineSplitter(MAX_LINE_LENGTH);
  readonly #problems: ProcProblem[] = [];
  #system: MpstatSystem | null = null;
  #header: TableHeader | null = null;
  #open: OpenTable[] = [];
  #values = 0;
  #previous: readonly OpenTable[] | null = null;

  /** From the log's first line, once that was read. */
  get system(): MpstatSystem | null {
    return this.#system;
  }

  get problems(): readonly ProcProblem[] {
    return this.#problems;
  }

  /** Takes a chunk, cut anywhere; gives the samples that it completes. */
  push(chunk: Uint8Array | string): MpstatSample[] {
    return this.#lines.push(chunk).flatMap(({ line, text }) => this.#read(line, text));
  }

  /**
   * No more comes: the last sample, which may be incomplete. A line without its end is not read.
   */
  end(): MpstatSample[] {
    const isCut = this.#lines.end() !== null;
    return this.#close(isCut || !this.#looksComplete());
  }

  #read(line: number, text: string | null): MpstatSample[] {
    if (text === null) return this.#report(line, 'a line longer than any of mpstat');
    const words = wordsOf(text);
    if (words[0] === '') return [];
    const header = headerOf(words);
    if (header !== null) return this.#begin(header);
    const row = this.#header === null ? null : rowOf(words, this.#header);
    if (row !== null) return this.#add(row, line);
    const system = systemOf(text);
    if (system === null) return this.#report(line, text);
    this.#system = system;
    this.#header = null;
    const closed = this.#close(false);
    this.#previous = null;
    return closed;
  }

  #begin(header: TableHeader): MpstatSample[] {
    const rank = (of: TableHeader) => mpstatTables.indexOf(of.table);
    const last = this.#open.at(-1);
    const isNext = last !== undefined && rank(header) <= rank(last.header);
    const closed = isNext ? this.#close(false) : [];
    this.#header = header;
    return closed;
  }

  #add(row: TableRow, line: number): MpstatSample[] {
    const header = this.#header;
    if (header === null) return [];
    const isNext = this.#open.some(
      ({ rows, header: { table } }) =>
        rows.some(({ time }) => time !== row.time) ||
        (table === header.table && rows.some(({ cpu }) => cpu === row.cpu)),
    );
    const closed = isNext ? this.#close(false) : [];
    this.#values += row.values.length;
    if (this.#values > MAX_VALUES) return [...closed, ...this.#report(line, 'too many values')];
    const last = this.#open.at(-1);
    if (last?.header.table === header.table) last.rows.push(row);
    else this.#open.push({ header, rows: [row] });
    return closed;
  }

  #report(line: number, text: string): [] {
    if (this.#problems.length < MAX_PROBLEMS) {
      this.#problems.push({ line, text: cleanLine(text.slice(0, 1000), 80) });
    }
    return [];
  }

  #close(isCut: boolean): MpstatSample[] {
    const tables = this.#open;
    this.#open = [];
    this.#values = 0;
    if (tables.length === 0) return [];
    const isFirst = this.#previous === null;
    this.#previous = tables;
    return [corrected(sampleOf(tables, isFirst, !isCut))];
  }

  /** The last sample has every table and, in the last one, the CPUs of the one before. */
  #looksComplete(): boolean {
    const before = this.#previous;
    if (before === null) return true;
    const [was, is] = [before.at(-1), this.#open.at(-1)];
    return (
      before.length <= this.#open.length && (is?.rows.length ?? 0) >= lastRows(was, this.#open[0])
    );
  }
}

/**
 * Rows to expect in the last table; a CPU that went offline is missing in the first table already.
 */
function lastRows(before: OpenTable | undefined, first: OpenTable | undefined): number {
  const cpus = first?.rows.filter(({ cpu }) => cpu !== 'all').length ?? 0;
  const expected = before?.rows.length ?? 0;
  return first?.header.table === 'use' && cpus > 0 ? Math.min(cpus, expected) : expected;
}

function sampleOf(
  tables: readonly OpenTable[],
  isFirst: boolean,
  isComplete: boolean,
): MpstatSample {
  const rowsOf = (table: string) => tables.find(({ header }) => header.table === table);
  const time = tables[0]?.rows[0]?.time ?? '';
  const sum = rowsOf('sum')?.rows ?? [];
  const use = cpuTimeOf(rowsOf('use'));
  return {
    origin: 'mpstat',
    period: periodOf(tables[0], isFirst),
    time: isAverage(time) ? null : time,
    use,
    nodes: cpuTimeOf(rowsOf('nodes')).cpus,
    interruptsPerS: {
      all: sum.find(({ cpu }) => cpu === 'all')?.values[0] ?? null,
      cpus: byCpu(sum, ({ values }) => values[0] ?? null),
    },
    interrupts: ratesOf(rowsOf('interrupts')),
    softirqs: ratesOf(rowsOf('softirqs')),
    isComplete,
    corrections: [],
  };
}

/** Without an interval the header carries the time of the report itself, and there is only one. */
function periodOf(table: OpenTable | undefined, isFirst: boolean): MpstatSample['period'] {
  const time = table?.rows[0]?.time ?? '';
  if (isAverage(time)) return 'average';
  return isFirst && table?.header.time === time ? 'since-boot' : 'interval';
}

function cpuTimeOf(table: OpenTable | undefined): MpstatSample['use'] {
  const rows = table?.rows ?? [];
  const columns = table?.header.columns ?? [];
  const all = rows.find(({ cpu }) => cpu === 'all');
  return {
    all: all ? cpuUseOf(columns, all.values) : null,
    cpus: byCpu(rows, ({ values }) => cpuUseOf(columns, values)),
  };
}

function ratesOf(table: OpenTable | undefined): MpstatSample['interrupts'] {
  if (table === undefined) return emptyRates;
  return { sources: table.header.columns, perS: byCpu(table.rows, ({ values }) => values) };
}

function byCpu<T>(rows: readonly TableRow[], read: (row: TableRow) => T): Map<number, T> {
  const map = new Map<number, T>();
  for (const row of rows) if (row.cpu !== 'all') map.set(row.cpu, read(row));
  return map;
}
