import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isThere } from '../../workstation/is-there.ts';
import { runFiles } from '../directory.ts';
import { openSavedFile, readSavedJournal, type SavedRun } from '../saved-runs.ts';
import { samplesCsv } from './csv.ts';
import { type ExportFormat, exportText } from './export-text.ts';
import type { CommandOf } from './html/board-section.ts';
import { writeSamples } from './parquet.ts';
import { writeExport } from './write-export.ts';

/** Names of exports in a run's own directory; JSON and Parquet are there already. */
const reportNames = { html: 'report.html', md: 'report.md', csv: 'cells.csv' } as const;
const measuredNames = { json: runFiles.result, parquet: runFiles.samples } as const;

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Null: in the run's own directory. A file that is there is replaced. */
  readonly path: string | null;
  /** CSV: a row for every iteration instead of every cell. */
  readonly isOfSamples?: boolean;
  /** HTML: runs that it is held against, the first of them as the baseline. */
  readonly comparedWith?: readonly SavedRun[];
  /** HTML: what was asked for, as a command; absent: not told. */
  readonly commandOf?: CommandOf;
}

/**
 * Writes a run in another format and gives the path. What was measured, in this run or another, is
 * never written over.
 * @throws OrinError `results-unwritable`, `results-unreadable`, `journal-damaged`
 */
export async function exportRun(run: SavedRun, options: ExportOptions): Promise<string> {
  const { format, path } = options;
  const own = join(run.directory, { ...reportNames, ...measuredNames }[format]);
  if (path === null && format in measuredNames && !run.isPartial) return own;
  const target = {
    path: path ?? own,
    keeps: [dirname(run.directory)],
    allowed: Object.values(reportNames).map((name) => join(run.directory, name)),
    mode: path === null ? 0o600 : 0o666,
  };
  return await writeExport(target, async (file) => {
    if (format === 'parquet') await writeParquet(run, file);
    else await pipeline(await exportPieces(run, format, options), createWriteStream(file));
  });
}

/** A run in a text format, in pieces. @throws OrinError `results-unreadable`, `journal-damaged` */
export async function exportPieces(
  run: SavedRun,
  format: Exclude<ExportFormat, 'parquet'>,
  { isOfSamples, comparedWith, commandOf }: Omit<ExportOptions, 'format' | 'path'>,
): Promise<Readable> {
  return format === 'csv' && isOfSamples
    ? Readable.from(samplesCsv(await readSavedJournal(run.directory)))
    : Readable.from([await exportText(run, format, comparedWith, commandOf)]);
}

/** Its own file as it is; a run that is not saved to its end has none that is whole. */
async function writeParquet(run: SavedRun, file: string): Promise<void> {
  const own = join(run.directory, runFiles.samples);
  if (run.isPartial || !(await isThere(own)))
    writeSamples(file, await readSavedJournal(run.directory));
  else await pipeline((await openSavedFile(own)).createReadStream(), createWriteStream(file));
}
