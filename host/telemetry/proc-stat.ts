import { cleanLine } from '../../agent/contract/clean-text.ts';

/** The ten columns of a CPU line of /proc/stat, in jiffies since boot, in the kernel's order. */
export const cpuTimeColumns = [
  'user',
  'nice',
  'system',
  'idle',
  'iowait',
  'irq',
  'softirq',
  'steal',
  'guest',
  'guestNice',
] as const;
export type CpuTimes = Readonly<Record<(typeof cpuTimeColumns)[number], number>>;

/** A line of a /proc file that could not be read, with its place. */
export interface ProcProblem {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string;
}

export interface ProcStat {
  /** CPUs that were online. */
  readonly cpus: ReadonlyMap<number, CpuTimes>;
  /** Interrupts since boot over all possible CPUs; null when the line is missing. */
  readonly interrupts: number | null;
  readonly contextSwitches: number | null;
  readonly problems: readonly ProcProblem[];
}

export const MAX_CPUS = 1024;
/** More than this many odd lines tell nothing new. */
export const MAX_PROBLEMS = 20;

/** Reads /proc/stat. Never throws: lines that do not fit are problems, absent ones stay null. */
export function parseProcStat(text: string): ProcStat {
  const cpus = new Map<number, CpuTimes>();
  const problems: ProcProblem[] = [];
  let interrupts: number | null = null;
  let contextSwitches: number | null = null;
  text.split('\n').forEach((line, index) => {
    const [name = '', ...rest] = line.trim().split(/\s+/, 12);
    const cpu = /^cpu(\d{1,5})$/.exec(name)?.[1];
    if (cpu !== undefined) {
      const times = cpuTimes(rest);
      if (times !== null && cpus.size < MAX_CPUS) cpus.set(Number(cpu), times);
      else if (problems.length < MAX_PROBLEMS) {
        problems.push({ line: index + 1, text: cleanLine(line, 80) });
      }
    } else if (name === 'intr') interrupts = counter(rest[0]);
    else if (name === 'ctxt') contextSwitches = counter(rest[0]);
  });
  return { cpus, interrupts, contextSwitches, problems };
}

/** Old kernels end the line early: guest since 2.6.24, guest_nice since 2.6.33. */
function cpuTimes(fields: readonly string[]): CpuTimes | null {
  const values = fields.map(counter);
  if (values.length < 4 || values.includes(null)) return null;
  const at = (index: number) => values[index] ?? 0;
  return {
    user: at(0),
    nice: at(1),
    system: at(2),
    idle: at(3),
    iowait: at(4),
    irq: at(5),
    softirq: at(6),
    steal: at(7),
    guest: at(8),
    guestNice: at(9),
  };
}

/** A non-negative decimal integer that a double holds exactly, or null. */
export function counter(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
