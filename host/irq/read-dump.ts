import { OrinError } from '../errors.ts';
import {
  type CounterTable,
  counterTable,
  headerCpus,
  looksLikeRow,
  type NumberedLine,
} from '../telemetry/counter-table.ts';
import { nameOf, readNamedText } from '../workstation/named-text.ts';
import { possibleWidths, unwrapLines } from './unwrap-lines.ts';

/** An Orin's is 17 KB; a server with 256 CPUs and 2000 interrupts has 6 MB. */
const MAX_BYTES = 16 * 1024 * 1024;
const save = 'cat /proc/interrupts > interrupts.txt';
const give =
  'a copy of /proc/interrupts, - for standard input, or <(ssh BOARD cat /proc/interrupts)';

/** The tables of one file: `cat /proc/interrupts /proc/softirqs > file` makes one with both. */
export interface DumpFile {
  readonly interrupts: CounterTable | null;
  readonly softirqs: CounterTable | null;
  /**
   * Columns at which a terminal had wrapped the lines, which were joined again; null where it had
   * not.
   */
  readonly wrappedAt: number | null;
  /** Tables of a kind of which the file has one already: they are not read. */
  readonly repeated: number;
  /** The file ends within its last row, or just behind it without an end of the line. */
  readonly isOpenEnded: boolean;
}

/**
 * Reads a saved copy of /proc/interrupts, of /proc/softirqs, or of both one after the other; what
 * stands before the first table (a prompt, a date) and behind each is passed over. What a terminal
 * wrapped is joined.
 *
 * @throws OrinError `data-unreadable` when the file cannot be read, is too large, is no text, or
 *   has no such table.
 */
export async function readDump(path: string): Promise<DumpFile> {
  const text = await readNamedText(path, { maxBytes: MAX_BYTES, give, save });
  const { tables, wrappedAt } = bestReading(
    text.split('\n').map((line, at) => ({ line: at + 1, text: line })),
  );
  const isSoftirqs = (table: CounterTable) => table.rows.some(({ id }) => id === 'NET_RX');
  const interrupts = tables.find((table) => !isSoftirqs(table)) ?? null;
  const softirqs = tables.find(isSoftirqs) ?? null;
  if (interrupts === null && softirqs === null) throw withoutTable(path, text);
  const read = Number(interrupts !== null) + Number(softirqs !== null);
  return {
    interrupts,
    softirqs,
    wrappedAt,
    repeated: tables.length - read,
    isOpenEnded: looksLikeRow(text.slice(text.lastIndexOf('\n') + 1)),
  };
}

interface Reading {
  readonly tables: readonly CounterTable[];
  readonly wrappedAt: number | null;
}

/**
 * As the lines stand; where that leaves something unread, as they stood before a terminal wrapped
 * them, if that is better.
 */
function bestReading(lines: readonly NumberedLine[]): Reading {
  const asTheyStand = tablesIn(lines);
  let best: Reading = { tables: asTheyStand, wrappedAt: null };
  if (unreadIn(asTheyStand) === 0) return best;
  for (const width of possibleWidths(lines)) {
    const tables = tablesIn(unwrapLines(lines, width));
    if (unreadIn(tables) < unreadIn(best.tables)) best = { tables, wrappedAt: width };
  }
  return best;
}

function unreadIn(tables: readonly CounterTable[]): number {
  return tables.length === 0 ? Infinity : tables.reduce((sum, { unread }) => sum + unread, 0);
}

/** A table begins with its line of CPUs and ends with the last row before the next one. */
function tablesIn(lines: readonly NumberedLine[]): CounterTable[] {
  const starts = lines.flatMap(({ text }, at) => (headerCpus(text).length > 0 ? [at] : []));
  return starts
    .map((start, nth) => {
      const part = lines.slice(start, starts[nth + 1]);
      const last = part.findLastIndex(({ text }) => looksLikeRow(text));
      return counterTable(part.slice(0, last + 1));
    })
    .filter(({ rows, unread, cpus }) => cpus.length > 0 && rows.length + unread > 0);
}

function withoutTable(path: string, text: string): OrinError {
  const isCut = /^[ \t]*CPU\d+[ \t]/m.test(text);
  return new OrinError({
    code: 'data-unreadable',
    what: `no table of /proc/interrupts or /proc/softirqs in ${nameOf(path)}`,
    why: isCut
      ? 'the line of CPU names is not whole, or no row follows it'
      : 'such a table begins with a line of CPU names: CPU0 CPU1 …',
    next: `save one on the board with: ${save}`,
  });
}
