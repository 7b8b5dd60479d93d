import { copyFile, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { OrinError } from '../../errors.ts';
import { errorCode, runFiles, unwritable } from '../directory.ts';
import type { SavedRun } from '../saved-runs.ts';
import { type ExportFormat, exportText } from './export-text.ts';

/** Names of exports in a run's own directory; JSON and Parquet are there already. */
const ownNames: Readonly<Record<ExportFormat, string>> = {
  html: 'report.html',
  md: 'report.md',
  csv: 'cells.csv',
  json: runFiles.result,
  parquet: runFiles.samples,
};

/** Where an export lies in the run's own directory. */
function ownExportPath({ directory }: SavedRun, format: ExportFormat): string {
  return join(directory, ownNames[format]);
}

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Null: in the run's own directory. */
  readonly path: string | null;
  /** A file that is there may go. */
  readonly isReplacing: boolean;
}

/**
 * Writes a run in another format and gives the path. What was measured is never written over.
 * @throws OrinError `results-unwritable`, `results-unreadable`, `journal-damaged`
 */
export async function exportRun(
  run: SavedRun,
  { format, path, isReplacing }: ExportOptions,
): Promise<string> {
  const own = ownExportPath(run, format);
  const target = path === null ? own : resolve(path);
  const isOwn = await isSamePlace(target, own);
  const isMeasured = format === 'json' || format === 'parquet';
  if (isOwn && isMeasured && !run.isPartial) return own;
  if (await isInDirectory(target, run.directory)) {
    if (!Object.values(ownNames).slice(0, 3).includes(basename(target)))
      throw keepsMeasured(target);
  }
  const mode = isOwn ? 0o600 : 0o666;
  const flag = isReplacing || path === null ? 'w' : 'wx';
  try {
    if (format === 'parquet') {
      await writeFile(target, '', { mode, flag });
      await copyFile(own, target);
    } else await writeFile(target, await exportText(run, format), { mode, flag });
    return target;
  } catch (error) {
    if (error instanceof OrinError) throw error;
    throw unwritable(error, target, null);
  }
}

/** True where there is a file already. */
export async function isThere(path: string): Promise<boolean> {
  return await stat(resolve(path)).then(
    () => true,
    () => false,
  );
}

async function isSamePlace(one: string, other: string): Promise<boolean> {
  return basename(one) === basename(other) && (await isInDirectory(one, dirname(other)));
}

async function isInDirectory(path: string, directory: string): Promise<boolean> {
  const real = async (name: string) =>
    await realpath(name).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return resolve(name);
      throw error;
    });
  return (await real(dirname(path))) === (await real(directory));
}

function keepsMeasured(path: string): OrinError {
  return new OrinError({
    code: 'results-unwritable',
    what: `not written: ${path}`,
    why: 'the directory of a run holds what was measured',
    next: 'give another path, or none for a report beside the run',
  });
}
