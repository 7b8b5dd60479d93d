import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEvent } from '../../agent/protocol/events.ts';
import { JournalReader } from '../results/journal.ts';
import type { JournalData } from '../results/journal-data.ts';

/** A journal on its way in: on disk as it came, and read at the same time. */
export interface Spool {
  /** Holds `journal.ndjson` and whatever else is collected, until the run is saved. */
  readonly directory: string;
  readonly journalPath: string;
  /** Bytes received: where another connection goes on. */
  readonly bytes: number;
  readonly events: number;
  /** The last event of the run was read. */
  readonly hasEnded: boolean;
  /** Writes the next bytes, then gives the events that they completed. */
  append(chunk: Buffer): Promise<readonly JournalEvent[]>;
  /** Closes the file and gives what was read. */
  close(): Promise<JournalData>;
}

/**
 * Opens a spool in a directory of its own beside the finished runs, so that saving the run is a rename and a
 * program that dies leaves what it had received.
 */
export async function openSpool(runsDirectory: string, runId: string): Promise<Spool> {
  const directory = join(runsDirectory, `.incoming-${runId}-${process.pid}`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const journalPath = join(directory, 'journal.ndjson');
  const file: FileHandle = await open(journalPath, 'w', 0o600);
  const reader = new JournalReader();
  let bytes = 0;
  let events = 0;
  return {
    directory,
    journalPath,
    get bytes() {
      return bytes;
    },
    get events() {
      return events;
    },
    get hasEnded() {
      return reader.isComplete;
    },
    async append(chunk) {
      await file.appendFile(chunk);
      bytes += chunk.length;
      const read = reader.push(chunk);
      events += read.length;
      return read;
    },
    async close() {
      await file.sync();
      await file.close();
      return reader.end();
    },
  };
}
