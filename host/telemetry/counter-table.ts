import { cleanLine } from '../../agent/protocol/clean-text.ts';
import { counter, MAX_CPUS, MAX_PROBLEMS, type ProcProblem } from './proc-stat.ts';

/** One source of /proc/interrupts or one type of /proc/softirqs. */
export interface CounterRow {
  /** What stands before the colon: `13`, `IPI0`, `NMI`, `NET_RX`. */
  readonly id: string;
  /** Counts since boot, one for each CPU of the header; a row with a single total has one. */
  readonly counts: readonly number[];
  /** What follows the counts: chip, hardware number, trigger, devices. Empty for softirqs. */
  readonly description: string;
}

export interface CounterTable {
  /** CPU of each column: the online ones in /proc/interrupts, all possible ones in /proc/softirqs. */
  readonly cpus: readonly number[];
  readonly rows: readonly CounterRow[];
  readonly problems: readonly ProcProblem[];
}

const MAX_ROWS = 8192;

/**
 * Reads /proc/interrupts or /proc/softirqs (arm64 and x86). Columns are told by the file's own header; a row is
 * split at its first colon, then at most as many integers as there are CPUs, because the hardware number in the
 * description is a number too. Never throws: a line that does not fit is a problem.
 */
export function parseCounterTable(text: string): CounterTable {
  const [header = '', ...lines] = text.split('\n');
  const cpus = headerCpus(header);
  const problems: ProcProblem[] = [];
  const rows: CounterRow[] = [];
  if (cpus.length === 0) problems.push({ line: 1, text: cleanLine(header, 80) });
  lines.forEach((line, index) => {
    if (line.trim() === '' || rows.length >= MAX_ROWS || cpus.length === 0) return;
    const row = parseRow(line, cpus.length);
    if (row !== null) rows.push(row);
    else if (problems.length < MAX_PROBLEMS) {
      problems.push({ line: index + 2, text: cleanLine(line, 80) });
    }
  });
  return { cpus, rows, problems };
}

function headerCpus(header: string): number[] {
  const names = header.trim().split(/\s+/, MAX_CPUS);
  const cpus = names.map((name) => /^CPU(\d{1,5})$/.exec(name)?.[1]);
  return cpus.includes(undefined) ? [] : cpus.map(Number);
}

function parseRow(line: string, cpuCount: number): CounterRow | null {
  const colon = line.indexOf(':');
  const id = line.slice(0, Math.max(0, colon)).trim();
  if (!/^[\w-]{1,32}$/.test(id)) return null;
  const counts: number[] = [];
  let rest = line.slice(colon + 1);
  while (counts.length < cpuCount) {
    const match = /^\s*(\d{1,20})(?=\s|$)/.exec(rest);
    const value = counter(match?.[1]);
    if (match === null || value === null) break;
    counts.push(value);
    rest = rest.slice(match[0].length);
  }
  // Err and MIS carry one total, whatever the number of CPUs.
  if (counts.length !== cpuCount && counts.length !== 1) return null;
  return { id, counts, description: cleanLine(rest, 200) };
}
