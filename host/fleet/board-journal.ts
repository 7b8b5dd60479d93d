import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Plan } from '../../agent/contract/plan.ts';
import { incomingDirectory } from '../archive/journal-spool.ts';
import { journalPaths, openSavedFile } from '../archive/saved-runs.ts';
import { JournalReader } from '../journal/journal.ts';
import { runDepths } from '../journal/run-depth.ts';
import { RunFold } from '../journal/run-fold.ts';
import type { RunStep } from '../journal/run-state.ts';
import { isThere } from '../workstation/is-there.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * A board's run from its journal on the disk: of a run that is being followed by this process, else
 * of one that is saved. All is kept of it that the live view shows.
 */
export class BoardJournal {
  readonly #runsDirectory: string;
  readonly #runId: string;
  readonly #reader = new JournalReader(true);
  readonly #fold: RunFold;
  #bytes = 0;

  constructor(runsDirectory: string, plan: Plan) {
    this.#runsDirectory = runsDirectory;
    this.#runId = plan.runId;
    this.#fold = new RunFold(plan, runDepths.view);
  }

  /**
   * What came since it was read last; nothing where there is no journal. Between chunks others have
   * their turn. One reading at a time.
   * @throws what reading the file throws.
   */
  async *read(): AsyncGenerator<readonly RunStep[]> {
    const path = await this.#path();
    if (path === null) return;
    const file = await openSavedFile(path);
    const range = { start: this.#bytes, highWaterMark: CHUNK_BYTES };
    for await (const chunk of file.createReadStream(range) as AsyncIterable<Buffer>) {
      this.#bytes += chunk.length;
      yield this.#reader.push(chunk).map((event) => this.#fold.add(event));
      await nextTurn();
    }
  }

  async #path(): Promise<string | null> {
    const names = [
      incomingDirectory(this.#runsDirectory, this.#runId),
      join(this.#runsDirectory, this.#runId),
    ];
    for (const directory of names) {
      // Earlier segments are of times before we listened.
      const path = (await journalPaths(directory)).at(-1) ?? '';
      if (await isThere(path)) return path;
    }
    return null;
  }
}
