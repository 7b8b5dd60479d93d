import type { EdgeSnapshot } from '../../journal/edges.ts';
import type { JournalData } from '../../journal/journal-data.ts';
import { formatCount } from '../../quantities/format.ts';
import type { Notice } from '../result/notice.ts';

const files = ['stat', 'interrupts', 'softirqs'] as const;
type File = (typeof files)[number];

interface Reading {
  /** `at the start of process 3` */
  readonly when: string;
  readonly snapshot: EdgeSnapshot;
}

interface UnreadReading {
  readonly when: string;
  readonly line: number;
  readonly text: string;
}

/**
 * Says which rows of the /proc files of a run could not be read, a notice for each file: their CPUs
 * and sources are missing in the rates. A file that was not there at all gives no rates and needs
 * no word.
 */
export function unreadRows(journal: Pick<JournalData, 'processes' | 'tele'>): Notice[] {
  const readings = readingsOf(journal);
  return files.flatMap((file) => {
    const unread = readings.flatMap((reading) => firstUnread(reading, file));
    const [first] = unread;
    if (first === undefined) return [];
    const { when, line, text } = first;
    const where = formatCount(unread.length, 'reading');
    return [
      {
        code: 'unread-rows',
        text: `${where} of /proc/${file} had rows that could not be read and are in no rate; the first: line ${line} ${when}: ${text.trim()}`,
        cell: null,
      },
    ];
  });
}

function firstUnread({ when, snapshot }: Reading, file: File): UnreadReading[] {
  const [first] = snapshot[file].problems;
  return first === undefined || first.text === '' ? [] : [{ when, ...first }];
}

function readingsOf({
  processes,
  tele,
}: Pick<JournalData, 'processes' | 'tele'>): readonly Reading[] {
  const idle = tele.idle.flatMap(({ start, end }) => [
    { when: 'at the start of the idle baseline', snapshot: start },
    { when: 'at the end of the idle baseline', snapshot: end },
  ]);
  const edges = processes.flatMap(({ process, start, end }) => [
    ...(start === null ? [] : [{ when: `at the start of process ${process}`, snapshot: start }]),
    ...(end === null ? [] : [{ when: `at the end of process ${process}`, snapshot: end }]),
  ]);
  return [...idle, ...edges];
}
