import { open } from 'node:fs/promises';
import { cleanLine } from '../../agent/protocol/clean-text.ts';
import { OrinError } from '../errors.ts';
import { type CounterTable, parseCounterTable } from '../telemetry/counter-table.ts';

/** An Orin's is 17 KB; a server with 256 CPUs and 2000 interrupts has 6 MB. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The tables of one file: `cat /proc/interrupts /proc/softirqs > file` makes one with both. */
export interface DumpFile {
  readonly interrupts: CounterTable | null;
  readonly softirqs: CounterTable | null;
}

/**
 * Reads a saved copy of /proc/interrupts, of /proc/softirqs, or of both one after the other; what stands before
 * the first table (a prompt, a date) is passed over.
 *
 * @throws OrinError `data-unreadable` when the file cannot be read, is too large, or has no such table.
 */
export async function readDump(path: string): Promise<DumpFile> {
  const tables = tablesIn(await readBounded(path));
  const isSoftirqs = (table: CounterTable) => table.rows.some(({ id }) => id === 'NET_RX');
  const interrupts = tables.find((table) => !isSoftirqs(table)) ?? null;
  const softirqs = tables.find(isSoftirqs) ?? null;
  if (interrupts === null && softirqs === null) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `no table of /proc/interrupts or /proc/softirqs in ${cleanLine(path)}`,
      why: 'such a table begins with a line of CPU names: CPU0 CPU1 …',
      next: 'save one on the board with: cat /proc/interrupts > interrupts.txt',
    });
  }
  return { interrupts, softirqs };
}

/** A table begins with its line of CPUs and ends before the next one. */
function tablesIn(text: string): CounterTable[] {
  return text
    .split(/^(?=[ \t]*CPU\d+[ \t]*(?:CPU\d+[ \t]*)*\r?$)/m)
    .map(parseCounterTable)
    .filter(({ cpus, rows }) => cpus.length > 0 && rows.length > 0);
}

async function readBounded(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_BYTES) throw new Error(`it is ${size} bytes long`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `cannot read ${cleanLine(path)}`,
      why: cleanLine(error instanceof Error ? error.message : String(error)),
      cause: error,
    });
  }
}
