import { type FileHandle, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cleanLine, cleanWords } from '../../agent/contract/clean-text.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { resultFromJournal } from '../analysis/compute.ts';
import type { Verdict } from '../analysis/result/cell-result.ts';
import { type Result, resultSchema } from '../analysis/result/result.ts';
import { OrinError } from '../errors.ts';
import { cleanStrings } from '../journal/clean-strings.ts';
import { joinSegments } from '../journal/join-segments.ts';
import { JournalReader } from '../journal/journal.ts';
import type { JournalData } from '../journal/journal-data.ts';
import { openRegular, readRegular } from '../workstation/regular-file.ts';
import { type Baseline, readBaselines } from './baselines.ts';
import { errorCode, runFiles } from './directory.ts';
import { readNote } from './run-note.ts';

/** One line of the list of runs. */
export interface RunListing {
  readonly runId: string;
  readonly directory: string;
  /**
   * `partial`: still coming in, or left behind by a program that died; `unreadable`: no result file
   * of ours.
   */
  readonly state: 'saved' | 'partial' | 'unreadable';
  readonly createdUtc: string | null;
  readonly ended: Result['run']['ended'] | null;
  readonly board: string | null;
  readonly models: readonly string[];
  readonly cells: number;
  readonly verdicts: Readonly<Partial<Record<Verdict['kind'], number>>>;
  /** What a person wrote about it. */
  readonly note?: string | null;
  /** Models for which later runs on such a board are held against this one. */
  readonly baselineOf?: readonly string[];
}

/** A run that was opened. */
export interface SavedRun {
  readonly runId: string;
  readonly directory: string;
  /** As it was saved; of a partial run, computed from what its journal holds. */
  readonly result: Result;
  readonly isPartial: boolean;
  /**
   * What a person wrote about it, and the models for which it is the baseline: no part of the
   * result.
   */
  readonly note?: string | null;
  readonly baselineOf?: readonly string[];
}

const incomingName = /^\.incoming-(.+)-\d+$/;

/** All runs of a directory, newest first; none when the directory is not there yet. */
export async function listRuns(runsDirectory: string): Promise<RunListing[]> {
  const listings: RunListing[] = [];
  const baselines = await readBaselines(runsDirectory).catch(() => []);
  for (const name of await runNames(runsDirectory)) {
    listings.push(await listing(runsDirectory, name, baselines));
  }
  // Ids begin with the time of the plan.
  return listings.sort((a, b) => (a.runId < b.runId ? 1 : -1));
}

async function runNames(runsDirectory: string): Promise<string[]> {
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .filter((name) => !name.startsWith('.') || incomingName.test(name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new OrinError({
      code: 'results-unreadable',
      what: `cannot read ${runsDirectory}`,
      why: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

/**
 * As it is shown; what is called otherwise on the disk cannot be named on a command line, and is no
 * run of ours.
 */
function idOf(name: string): string {
  return cleanWords(incomingName.exec(name)?.[1] ?? name);
}

function modelsOf(baselines: readonly Baseline[], runId: string): string[] {
  return baselines.filter((each) => each.runId === runId).map(({ modelName }) => modelName);
}

async function listing(
  runsDirectory: string,
  name: string,
  baselines: readonly Baseline[],
): Promise<RunListing> {
  const directory = join(runsDirectory, name);
  const isPartial = incomingName.test(name);
  const result = isPartial ? null : await readResult(directory).catch(() => null);
  const verdicts: Partial<Record<Verdict['kind'], number>> = {};
  const measured = result?.cells.filter((cell) => cell.purpose === 'measure') ?? [];
  for (const { verdict } of measured) verdicts[verdict.kind] = (verdicts[verdict.kind] ?? 0) + 1;
  return {
    runId: idOf(name),
    directory,
    state: isPartial ? 'partial' : result === null ? 'unreadable' : 'saved',
    createdUtc: result?.created_utc ?? null,
    ended: result?.run.ended ?? null,
    board: result?.context.board?.model ?? null,
    models: [...new Set(measured.map((cell) => cell.model_name))],
    cells: measured.length,
    verdicts,
    note: await readNote(directory),
    baselineOf: modelsOf(baselines, idOf(name)),
  };
}

/**
 * Opens a run by its id or an unambiguous beginning of it; `latest` is the newest.
 * @throws OrinError `run-unknown` (naming the nearest), `results-unreadable`, `journal-damaged`.
 */
export async function openRun(runsDirectory: string, idOrPrefix: string): Promise<SavedRun> {
  const { runId, directory, isPartial } = await locateRun(runsDirectory, idOrPrefix);
  const result = isPartial
    ? resultFromJournal(await readSavedJournal(directory))
    : await readResult(directory);
  const baselines = await readBaselines(runsDirectory).catch(() => []);
  return {
    runId,
    directory,
    result,
    isPartial,
    note: await readNote(directory),
    baselineOf: modelsOf(baselines, runId),
  };
}

/**
 * Where a run lies, whether or not its result can be read.
 * @throws OrinError `run-unknown` (naming the nearest)
 */
export async function locateRun(
  runsDirectory: string,
  idOrPrefix: string,
): Promise<Pick<SavedRun, 'runId' | 'directory' | 'isPartial'>> {
  const name = await findRun(runsDirectory, idOrPrefix);
  const directory = join(runsDirectory, name);
  return { runId: idOf(name), directory, isPartial: incomingName.test(name) };
}

async function findRun(runsDirectory: string, wanted: string): Promise<string> {
  const names = (await runNames(runsDirectory)).sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1));
  const [newest] = names;
  if (wanted === 'latest' && newest !== undefined) return newest;
  const exact =
    names.find((name) => name === wanted) ?? names.find((name) => idOf(name) === wanted);
  if (exact !== undefined) return exact;
  const matches = wanted === '' ? [] : names.filter((name) => idOf(name).startsWith(wanted));
  const [only, ...others] = matches;
  if (only !== undefined && others.length === 0) return only;
  throw unknownRun(runsDirectory, wanted, matches, names);
}

function unknownRun(
  runsDirectory: string,
  wanted: string,
  matches: readonly string[],
  names: readonly string[],
): OrinError {
  const shown = cleanLine(wanted, 60);
  if (matches.length > 1) {
    return new OrinError({
      code: 'run-unknown',
      what: `${matches.length} runs begin with ${shown}`,
      why: matches.slice(0, 5).map(idOf).join(', '),
      next: 'give more of the id',
    });
  }
  const nearest = nearestId(wanted, names.map(idOf));
  return new OrinError({
    code: 'run-unknown',
    what: `no run ${shown} in ${runsDirectory}`,
    why: nearest === null ? 'there are no runs yet' : `the nearest is ${nearest}`,
    next: nearest === null ? 'orin-remote bench HOST' : `orin-remote results show ${nearest}`,
  });
}

/** The id that shares the longest beginning or end with the wanted one; of equals the newest. */
function nearestId(wanted: string, ids: readonly string[]): string | null {
  const shared = (a: string, b: string) => {
    let length = 0;
    while (length < a.length && a[length] === b[length]) length += 1;
    return length;
  };
  const reversed = (text: string) => [...text].reverse().join('');
  const closeness = (id: string) =>
    Math.max(shared(wanted, id), shared(reversed(wanted), reversed(id)));
  return [...ids].sort((a, b) => closeness(b) - closeness(a))[0] ?? null;
}

async function readResult(directory: string): Promise<Result> {
  const path = join(directory, runFiles.result);
  let text: string;
  try {
    text = await readRegular(path);
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable(path, 'it is not JSON');
  }
  const parsed = resultSchema.safeParse(cleanStrings(json));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`);
}

function unreadable(path: string, why: string): OrinError {
  const isResult = basename(path) === runFiles.result;
  return new OrinError({
    code: 'results-unreadable',
    what: `cannot read ${path}`,
    why: cleanLine(why),
    ...(isResult && {
      next: `its journal is the truth: orin-remote results verify --repair ${basename(dirname(path))}`,
    }),
  });
}

/**
 * Reads a run's journal from its directory, in pieces: all segments as one where it was cut and
 * went on.
 * @throws OrinError `results-unreadable`.
 */
export async function readSavedJournal(directory: string): Promise<JournalData> {
  const segments: JournalData[] = [];
  for (const path of await journalPaths(directory)) segments.push(await readOne(path));
  return joinSegments(segments);
}

/** Paths of a saved run's journals, the first segment first. */
export async function journalPaths(directory: string): Promise<string[]> {
  const there = new Set(await readdir(directory).catch(() => []));
  const paths = [join(directory, runFiles.journal)];
  for (let segment = 2; there.has(segmentFile(runFiles.journal, segment)); segment += 1) {
    paths.push(join(directory, segmentFile(runFiles.journal, segment)));
  }
  return paths;
}

/**
 * Opens a file of a saved run.
 * @throws OrinError `results-unreadable`
 */
export async function openSavedFile(path: string): Promise<FileHandle> {
  return await openRegular(path).catch((error: unknown) => {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  });
}

async function readOne(path: string): Promise<JournalData> {
  const reader = new JournalReader();
  try {
    const file = await openRegular(path);
    // The stream closes the file.
    for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20 })) {
      reader.push(chunk);
    }
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
  return reader.end();
}
