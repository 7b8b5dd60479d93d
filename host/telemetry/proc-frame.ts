import { type CounterTable, parseCounterTable } from './counter-table.ts';
import type { ProcFrame } from './proc-log-reader.ts';
import { type ProcStat, parseProcStat } from './proc-stat.ts';

/** One reading of the four files from which mpstat makes everything. */
export interface ProcReading {
  /** Hundredths of a second since boot; null when it could not be read. */
  readonly uptime: number | null;
  readonly stat: ProcStat;
  readonly interrupts: CounterTable;
  readonly softirqs: CounterTable;
}

/** Reads the files of one frame; a file that is not in it is empty, with a problem to say so. */
export function readProcFrame({ files }: Pick<ProcFrame, 'files'>): ProcReading {
  return {
    uptime: uptimeOf(files.uptime ?? ''),
    stat: parseProcStat(files.stat ?? ''),
    interrupts: parseCounterTable(files.interrupts ?? ''),
    softirqs: parseCounterTable(files.softirqs ?? ''),
  };
}

/** mpstat takes seconds and hundredths as two integers, so that no fraction is lost. */
function uptimeOf(text: string): number | null {
  const match = /^(\d{1,12})\.(\d\d)\b/.exec(text);
  return match === null ? null : Number(match[1]) * 100 + Number(match[2]);
}
