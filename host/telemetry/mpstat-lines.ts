import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { CpuUse } from './cpu-use.ts';
import type { MpstatSystem } from './mpstat-sample.ts';
import { MAX_CPUS } from './proc-stat.ts';

/** The tables of a sample in the order in which mpstat prints them. */
export const mpstatTables = ['use', 'nodes', 'sum', 'interrupts', 'softirqs'] as const;
type MpstatTable = (typeof mpstatTables)[number];

export interface TableHeader {
  readonly table: MpstatTable;
  /** Column names without `%` and `/s`. */
  readonly columns: readonly string[];
  /** With `-T` three more numbers follow the CPU; for `all` they are blank. */
  readonly hasTopology: boolean;
  /** Time of the previous report, or the word for average. */
  readonly time: string;
}

export interface TableRow {
  readonly time: string;
  readonly cpu: number | 'all';
  readonly values: readonly number[];
}

const MAX_COLUMNS = 8192;
/** uname's fields have at most 64 characters each. */
const MAX_SYSTEM_LENGTH = 400;
// Joined, because a control character may not stand in a literal.
const colour = new RegExp(['\u001b', '\\[[0-9;]*m'].join(''), 'g');

/**
 * The line as words. Widths grow with the numbers and never cut them: columns are told by spaces
 * only.
 */
export function wordsOf(line: string): string[] {
  const plain = line.includes('\u001b') ? line.replace(colour, '') : line;
  return plain.trim().split(/\s+/, MAX_COLUMNS + 16);
}

/** `Linux 5.10.120-tegra (orin-nano) 2024-11-19 _aarch64_ (6 CPU)`; the host's name is not kept. */
export function systemOf(line: string): MpstatSystem | null {
  if (line.length > MAX_SYSTEM_LENGTH) return null;
  const match = /^\s*\S+ (\S+) \(.*?\)\s+(.*\S)\s+_(\w+)_\s+\((\d{1,5}) CPU\)\s*$/.exec(line);
  if (match === null) return null;
  const [, kernel = '', date = '', machine = '', cpuCount = ''] = match;
  return {
    kernel: cleanLine(kernel, 80),
    machine: cleanLine(machine, 40),
    date: cleanLine(date, 60),
    cpuCount: Number(cpuCount),
  };
}

/** A header row; which table it begins is told by its first columns. Null when the line is none. */
export function headerOf(words: readonly string[]): TableHeader | null {
  const at = words.slice(0, 8).findIndex((word) => word === 'CPU' || word === 'NODE');
  if (at === -1) return null;
  const hasTopology = words[at + 1] === 'CORE' && words[at + 3] === 'NODE';
  const columns = columnsOf(words.slice(at + (hasTopology ? 4 : 1)));
  const table = tableOf(words[at] ?? '', columns);
  if (table === null || columns.length > MAX_COLUMNS) return null;
  return {
    table,
    columns: columns.map((name) => cleanLine(name.replace(/^%|\/s$/g, ''), 32)),
    hasTopology,
    time: timeOf(words.slice(0, at)),
  };
}

/**
 * mpstat takes any text before a colon for an interrupt when a row of /proc/interrupts is longer
 * than its buffer (`arm-smmu-context-fault, xhci-hcd:usb1`): such a name has spaces, and only `/s`
 * says where it ends.
 */
function columnsOf(words: readonly string[]): readonly string[] {
  if (words[0]?.startsWith('%') || !words.at(-1)?.endsWith('/s')) return words;
  const columns: string[] = [];
  let name: string[] = [];
  for (const word of words) {
    name.push(word);
    if (!word.endsWith('/s')) continue;
    columns.push(name.join(' '));
    name = [];
  }
  return columns;
}

function tableOf(subject: string, columns: readonly string[]): MpstatTable | null {
  const [first = ''] = columns;
  if (/^%us(e)?r$/.test(first)) return subject === 'NODE' ? 'nodes' : 'use';
  if (first === 'intr/s' && columns.length === 1) return 'sum';
  if (columns.length === 0 || !columns.every((name) => name.endsWith('/s'))) return null;
  return first === 'HI/s' ? 'softirqs' : 'interrupts';
}

/**
 * A row under `header`, read from its end, because times have any number of words; null when it
 * does not fit.
 */
export function rowOf(words: readonly string[], header: TableHeader): TableRow | null {
  const first = words.length - header.columns.length;
  const isAll = words[first - 1] === 'all';
  const subject = header.hasTopology && !isAll ? first - 4 : first - 1;
  const cpu = isAll ? 'all' : cpuNumber(words[subject]);
  if (subject < 1 || cpu === null) return null;
  const values = words.slice(first).map(printedNumber);
  if (values.includes(null)) return null;
  return {
    time: timeOf(words.slice(0, subject)),
    cpu,
    values: values.filter((value) => value !== null),
  };
}

function timeOf(words: readonly string[]): string {
  return cleanLine(words.join(' '), 60);
}

/** Times have digits in every locale, words for average in none. */
export function isAverage(time: string): boolean {
  return !/\p{Nd}/u.test(time);
}

/** Null when it is not a CPU that we take. */
export function cpuNumber(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,4}$/.test(word) && Number(word) < MAX_CPUS
    ? Number(word)
    : null;
}

/** Point or, in half of Europe, comma. */
function printedNumber(word: string): number | null {
  return /^\d{1,25}([.,]\d{1,6})?$/.test(word) ? Number(word.replace(',', '.')) : null;
}

/** Columns of CPU time by name; what an old sysstat does not have is 0. */
export function cpuUseOf(columns: readonly string[], values: readonly number[]): CpuUse {
  const of = (...names: string[]) => values[columns.findIndex((name) => names.includes(name))] ?? 0;
  return {
    usr: of('usr', 'user'),
    nice: of('nice'),
    sys: of('sys'),
    iowait: of('iowait'),
    irq: of('irq'),
    soft: of('soft'),
    steal: of('steal'),
    guest: of('guest'),
    gnice: of('gnice'),
    idle: of('idle'),
  };
}
