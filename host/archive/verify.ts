import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import { encodeResult, resultFromJournal } from '../analysis/compute.ts';
import { resultSchema } from '../analysis/result/result.ts';
import type { JournalData } from '../journal/journal-data.ts';
import type { JournalProblem } from '../journal/journal-problem.ts';
import { hashFile } from '../workstation/hash-file.ts';
import { makePrivateDirectory } from '../workstation/private-directory.ts';
import { readRegular } from '../workstation/regular-file.ts';
import { runFiles, unwritable } from './directory.ts';
import { writeSamples } from './export/parquet.ts';
import { isRecord, knownOf, missingKeys } from './missing-keys.ts';
import { readSavedJournal } from './saved-runs.ts';

export interface Verification {
  /**
   * `same`: the saved result is what its journal gives, to the byte. `older`: everything in it is,
   * and what it has not is what this version says beyond another one, which saved it. `unreadable`:
   * there is no result file, or none of ours.
   */
  readonly state: 'same' | 'older' | 'different' | 'unreadable';
  /** First line of result.json that differs, from 1; null when none does. */
  readonly firstDifference: {
    readonly line: number;
    readonly saved: string;
    readonly computed: string;
  } | null;
  /** Keys that this version writes and the saved result has not, as `cells[].energy`. */
  readonly missing: readonly string[];
  /** Whether samples.parquet holds the iterations of the journal. */
  readonly samples: 'same' | 'missing' | 'different';
  /** Version of the program that made the plan, as the saved file has it. */
  readonly savedBy: string | null;
  /** What is amiss in the journal itself. */
  readonly problems: readonly JournalProblem[];
}

/**
 * Computes a run's files from its journal again and holds them against the saved ones. Versions
 * only ever add optional fields to a result, so that a file which lacks some, and still is a
 * result, may have been saved by another one than this.
 * @param version of this program; a run that it planned lacks nothing
 * @throws OrinError `journal-damaged`, `results-unreadable` of the journal.
 */
export async function verifyRun(
  directory: string,
  version: string | null = null,
): Promise<Verification> {
  const journal = await readSavedJournal(directory);
  const computed = resultFromJournal(journal);
  const saved = await readRegular(join(directory, runFiles.result)).catch(() => '');
  const about = { problems: journal.problems, samples: await verifySamples(directory, journal) };
  if (saved === encodeResult(computed)) {
    return {
      state: 'same',
      firstDifference: null,
      missing: [],
      savedBy: versionOf(computed),
      ...about,
    };
  }
  const json = parsed(saved);
  const savedBy = versionOf(json);
  const isOlder = versionOf(computed) !== version;
  const whole = isOlder ? knownOf(computed, json) : computed;
  const firstDifference = differenceOf(saved, `${JSON.stringify(whole, null, 2)}\n`);
  if (!resultSchema.safeParse(json).success) {
    return { state: 'unreadable', firstDifference, missing: [], savedBy, ...about };
  }
  return {
    state: firstDifference === null ? 'older' : 'different',
    firstDifference,
    missing: missingKeys(computed, json),
    savedBy,
    ...about,
  };
}

/** The same journal gives the same bytes. */
async function verifySamples(
  directory: string,
  journal: JournalData,
): Promise<Verification['samples']> {
  const saved = await hashFile(join(directory, runFiles.samples)).catch(() => null);
  if (saved === null) return 'missing';
  const beside = await makePrivateDirectory('verify');
  try {
    const path = join(beside.path, runFiles.samples);
    writeSamples(path, journal);
    return (await hashFile(path)).sha256 === saved.sha256 ? 'same' : 'different';
  } finally {
    await beside.remove();
  }
}

/**
 * Writes result.json and samples.parquet anew from the journal; what was there is kept as
 * `result.json.replaced`.
 * @throws OrinError `journal-damaged`, `results-unreadable` of the journal, `results-unwritable`
 */
export async function repairResult(directory: string): Promise<void> {
  const journal = await readSavedJournal(directory);
  const computed = encodeResult(resultFromJournal(journal));
  const path = join(directory, runFiles.result);
  const temporary = `${path}.${process.pid}.new`;
  try {
    await writeFile(temporary, computed, { mode: 0o600 });
    await rename(path, `${path}.replaced`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(temporary, path);
    await writeFile(temporary, '', { mode: 0o600 });
    writeSamples(temporary, journal);
    await rename(temporary, join(directory, runFiles.samples));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(error, path, null);
  }
}

function differenceOf(saved: string, computed: string): Verification['firstDifference'] {
  if (saved === computed) return null;
  const ours = computed.split('\n');
  const theirs = saved.split('\n');
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  const index = at < 0 ? ours.length : at;
  return {
    line: index + 1,
    saved: theirs[index]?.trim() ?? '',
    computed: ours[index]?.trim() ?? '',
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function versionOf(result: unknown): string | null {
  const context = isRecord(result) ? result.context : null;
  const tool = isRecord(context) ? context.tool : null;
  return isRecord(tool) && typeof tool.version === 'string' ? cleanLine(tool.version, 40) : null;
}
