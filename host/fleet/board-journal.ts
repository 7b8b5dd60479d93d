import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JournalEvent } from '../../agent/contract/events.ts';
import { incomingDirectory } from '../archive/journal-spool.ts';
import { journalPaths, openSavedFile } from '../archive/saved-runs.ts';
import { JournalReader } from '../journal/journal.ts';
import { isThere } from '../workstation/is-there.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * The events of a board's run as far as they came, from the journal on the disk: of a run that is being followed by this process, else
 * of one that is saved. Gives nothing where there is none. Between chunks others have their turn.
 * @throws what reading the file throws.
 */
export async function* readBoardJournal(
  runsDirectory: string,
  runId: string,
): AsyncGenerator<readonly JournalEvent[]> {
  const directories = [incomingDirectory(runsDirectory, runId), join(runsDirectory, runId)];
  for (const directory of directories) {
    // Earlier segments are of times before we listened.
    const path = (await journalPaths(directory)).at(-1) ?? '';
    if (!(await isThere(path))) continue;
    const reader = new JournalReader(true);
    const file = await openSavedFile(path);
    for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES })) {
      yield reader.push(chunk);
      await nextTurn();
    }
    return;
  }
}
