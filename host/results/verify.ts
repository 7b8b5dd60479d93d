import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeResult, resultFromJournal } from './compute.ts';
import { runFiles } from './directory.ts';
import type { JournalProblem } from './result.ts';
import { readSavedJournal } from './saved-runs.ts';

export interface Verification {
  /** The saved result is what its journal gives, to the byte. */
  readonly isSame: boolean;
  /** First line of result.json that differs, from 1; null when none does. */
  readonly firstDifference: {
    readonly line: number;
    readonly saved: string;
    readonly computed: string;
  } | null;
  /** What is amiss in the journal itself. */
  readonly problems: readonly JournalProblem[];
}

/**
 * Computes a run's result from its journal again and holds it against the saved file.
 * @throws OrinError `journal-damaged`, `results-unreadable`.
 */
export async function verifyRun(directory: string): Promise<Verification> {
  const journal = await readSavedJournal(directory);
  const computed = encodeResult(resultFromJournal(journal));
  const saved = await readFile(join(directory, runFiles.result), 'utf8').catch(() => '');
  if (saved === computed) {
    return { isSame: true, firstDifference: null, problems: journal.problems };
  }
  const ours = computed.split('\n');
  const theirs = saved.split('\n');
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  const index = at < 0 ? ours.length : at;
  return {
    isSame: false,
    firstDifference: {
      line: index + 1,
      saved: theirs[index]?.trim() ?? '',
      computed: ours[index]?.trim() ?? '',
    },
    problems: journal.problems,
  };
}
