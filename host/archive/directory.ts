import { cp, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { encodeResult } from '../analysis/compute.ts';
import { type Result, resultSchema } from '../analysis/result/result.ts';
import { OrinError } from '../errors.ts';
import type { JournalData } from '../journal/journal-data.ts';
import { shellWord } from '../link/shell-word.ts';
import { readRegular } from '../workstation/regular-file.ts';
import { writeSamples } from './export/parquet.ts';

/** Names in a run's directory; the journal and the logs are as they came from the board. */
export const runFiles = {
  journal: 'journal.ndjson',
  result: 'result.json',
  samples: 'samples.parquet',
  /** What a person wrote about the run: nothing that was measured depends on it. */
  note: 'note.txt',
} as const;

/** Where a run was saved. */
export interface SavedPlace {
  readonly directory: string;
  /** What was saved of the run before holds more of its journal, and is what lies there. */
  readonly isOlderKept: boolean;
}

/**
 * Completes a run's files in `incoming` (a directory beside the finished runs that holds its
 * journal and logs) and renames it to the run's own name: a run is there whole or not at all.
 * @throws OrinError `results-unwritable` when that cannot be done; the run is then kept in a
 *   temporary directory, which the error names. `journal-damaged` when the journal says it is of
 *   another run than was followed: it must not take that run's place.
 */
export async function saveRun(
  runsDirectory: string,
  incoming: string,
  result: Result,
  journal: JournalData,
): Promise<SavedPlace> {
  if (followedRun(incoming) !== result.run_id) {
    // Whoever followed it removes the directory in which it came.
    const kept = await keepElsewhere(incoming, result, journal);
    throw new OrinError({
      code: 'journal-damaged',
      what: `the journal is of another run: ${result.run_id}`,
      why: `the board gave it for run ${followedRun(incoming)}`,
      next: kept === null ? 'measure again' : `measure again; what came is kept in ${kept}`,
    });
  }
  const directory = join(runsDirectory, result.run_id);
  try {
    await writeRunFiles(incoming, result, journal);
    return { directory, isOlderKept: await takePlace(incoming, directory, result) };
  } catch (error) {
    const kept = await keepElsewhere(incoming, result, journal);
    throw unwritable(error, directory, kept);
  }
}

/** The run for which a directory was opened: `.incoming-<run id>-<pid>`. */
function followedRun(incoming: string): string {
  return basename(incoming)
    .replace(/^\.incoming-/, '')
    .replace(/-\d+$/, '');
}

async function writeRunFiles(
  directory: string,
  result: Result,
  journal: JournalData,
): Promise<void> {
  const samples = join(directory, runFiles.samples);
  // Parquet's writer asks for no mode; a file that is there keeps its own.
  await writeFile(samples, '', { mode: 0o600 });
  writeSamples(samples, journal);
  await writeFile(join(directory, runFiles.result), encodeResult(result), { mode: 0o600 });
  for (const name of [runFiles.samples, runFiles.result]) await flush(join(directory, name));
}

/** A rename survives a power cut before the bytes do, unless they are flushed first. */
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Renames `incoming` to `directory`. Where another program saved the same run already, the one that
 * holds more of the journal stays: true when it is the other one.
 */
async function takePlace(incoming: string, directory: string, result: Result): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rename(incoming, directory);
      return false;
    } catch (error) {
      if (attempt === 3 || !isOccupied(error)) throw error;
    }
    const there = await savedJournalBytes(directory);
    if (there >= result.run.journal.bytes) {
      if (there === result.run.journal.bytes) await addMissing(incoming, directory);
      await rm(incoming, { recursive: true, force: true });
      return there > result.run.journal.bytes;
    }
    const aside = `${incoming}-replaced`;
    await rename(directory, aside).catch(ignoreMissing);
    await rename(join(aside, runFiles.note), join(incoming, runFiles.note)).catch(ignoreMissing);
    await rm(aside, { recursive: true, force: true });
  }
}

/** Logs that could not be collected when the run was saved first. */
async function addMissing(incoming: string, directory: string): Promise<void> {
  const there = new Set(await readdir(directory));
  for (const name of await readdir(incoming)) {
    if (!there.has(name)) await rename(join(incoming, name), join(directory, name));
  }
}

async function savedJournalBytes(directory: string): Promise<number> {
  try {
    const text = await readRegular(join(directory, runFiles.result));
    return resultSchema.parse(JSON.parse(text)).run.journal.bytes;
  } catch {
    return -1;
  }
}

/** Saves what there is under the system's temporary directory; null when not even that works. */
async function keepElsewhere(
  incoming: string,
  result: Result,
  journal: JournalData,
): Promise<string | null> {
  try {
    const directory = await mkdtemp(join(tmpdir(), `orin-remote-${followedRun(incoming)}-`));
    await cp(incoming, directory, { recursive: true });
    await writeRunFiles(directory, result, journal);
    return directory;
  } catch {
    return null;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  // What a recursive mkdir says on a read-only file system, too.
  ENOENT: 'there is no such directory, and none can be made there',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EISDIR: 'it is a directory',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

/** The error for a results directory that cannot be written; `kept` is where the run is instead. */
export function unwritable(
  error: unknown,
  path: string,
  kept: string | null,
  next = 'make room or set XDG_DATA_HOME to a directory that can be written',
): OrinError {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  const why = (code === null ? undefined : reasons[code]) ?? message;
  return new OrinError({
    code: 'results-unwritable',
    what: `cannot write ${path}`,
    why: kept === null ? why : `${why}; the run is kept in ${kept}`,
    next: kept === null ? next : `make room, then: mv ${shellWord(kept)} ${shellWord(path)}`,
    cause: error,
  });
}

function isOccupied(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOTEMPTY' || code === 'EEXIST';
}

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

/** `ENOENT` and the like, of errors that Node's file functions throw; null for others. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
