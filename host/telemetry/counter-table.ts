import { cleanLine } from '../../agent/contract/clean-text.ts';
import { counter, MAX_CPUS, MAX_PROBLEMS, type ProcProblem } from './proc-stat.ts';

/** One source of /proc/interrupts or one type of /proc/softirqs. */
export interface CounterRow {
  /** What stands before the colon: `13`, `IPI0`, `NMI`, `NET_RX`. */
  readonly id: string;
  /** Counts since boot, one for each CPU of the header; a total without a CPU has one. */
  readonly counts: readonly number[];
  /** `Err` and `MIS`: one number, whatever the number of CPUs. */
  readonly isTotal: boolean;
  /** What follows the counts: chip, hardware number, trigger, devices. Empty for softirqs. */
  readonly description: string;
}

/** A row that could not be read. */
export interface CounterProblem extends ProcProblem {
  /** Its source, where that could be read. */
  readonly id: string | null;
}

export interface CounterTable {
  /**
   * CPU of each column: the online ones in /proc/interrupts, all possible ones in /proc/softirqs.
   */
  readonly cpus: readonly number[];
  readonly rows: readonly CounterRow[];
  /** The first of the rows that could not be read. */
  readonly problems: readonly CounterProblem[];
  /** How many there are. */
  readonly unread: number;
}

/** A line with its number in the file that it came from. */
export interface NumberedLine {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
}

const MAX_ROWS = 8192;
/** The kernel prints these without a CPU: arm64 and arm `Err`, x86 `ERR` and `MIS`. */
const totals = /^(?:ERR|MIS)$/i;
const rowStart = /^[ \t]*([\w-]{1,32}):(?=[ \t]|$)/;

/**
 * What `parseCounterTable` reads from lines whose numbers are known. The first one is the header.
 */
export function counterTable(lines: readonly NumberedLine[]): CounterTable {
  const [header = { line: 1, text: '' }, ...body] = lines;
  const problems: CounterProblem[] = [];
  let unread = 0;
  const isUnread = ({ line, text }: NumberedLine) => {
    unread += 1;
    if (problems.length >= MAX_PROBLEMS) return;
    problems.push({ line, text: cleanLine(text, 80), id: idOf(text) });
  };
  const cpus = headerCpus(header.text);
  if (cpus.length === 0) {
    isUnread(header);
    return { cpus, rows: [], problems, unread };
  }
  const rows = new Map<string, CounterRow>();
  for (const each of body) {
    if (each.text.trim() === '') continue;
    const row = parseRow(each.text, cpus.length);
    if (row === null || rows.has(row.id) || rows.size >= MAX_ROWS) isUnread(each);
    else rows.set(row.id, row);
  }
  return { cpus, rows: [...rows.values()], problems, unread };
}

/**
 * Reads /proc/interrupts or /proc/softirqs (arm64 and x86). Columns are told by the file's own
 * header; a row is split at its first colon, then at most as many integers as there are CPUs,
 * because the hardware number in the description is a number too. Never throws: a line that does
 * not fit, or names a source again, is a problem.
 */
export function parseCounterTable(text: string): CounterTable {
  return counterTable(text.split('\n').map((line, at) => ({ line: at + 1, text: line })));
}

/** Whether a line begins as a row does, or holds numbers as only a row does. */
export function looksLikeRow(text: string): boolean {
  return rowStart.test(text) || /(?:^|\s)\d+\s+\d+(?:\s|$)/.test(text);
}

/** CPUs that a header names; none where it is no header, or names more than are kept. */
export function headerCpus(header: string): number[] {
  const names = header.trim().split(/\s+/, MAX_CPUS + 1);
  const cpus = names.map((name) => /^CPU(\d{1,5})$/.exec(name)?.[1]);
  return cpus.includes(undefined) || cpus.length > MAX_CPUS ? [] : cpus.map(Number);
}

function idOf(line: string): string | null {
  return rowStart.exec(line)?.[1] ?? null;
}

function parseRow(line: string, cpuCount: number): CounterRow | null {
  const id = idOf(line);
  if (id === null) return null;
  const isTotal = totals.test(id);
  const width = isTotal ? 1 : cpuCount;
  const counts: number[] = [];
  let rest = line.slice(line.indexOf(':') + 1);
  while (counts.length < width) {
    const match = /^\s*(\d{1,20})(?=\s|$)/.exec(rest);
    const value = counter(match?.[1]);
    if (match === null || value === null) break;
    counts.push(value);
    rest = rest.slice(match[0].length);
  }
  return counts.length === width
    ? { id, counts, isTotal, description: cleanLine(rest, 200) }
    : null;
}
