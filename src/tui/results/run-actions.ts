import { basename } from 'node:path';
import { markBaseline, unmarkBaseline } from '../../../host/archive/baselines.ts';
import { exportRun } from '../../../host/archive/export/export-file.ts';
import { type ExportFormat, exportFormats } from '../../../host/archive/export/export-text.ts';
import { writeNote } from '../../../host/archive/run-note.ts';
import { openRun, type SavedRun } from '../../../host/archive/saved-runs.ts';
import { isThere } from '../../../host/workstation/is-there.ts';
import { sharedCommand } from '../../options/bench-table.ts';
import type { ScreenHost } from '../frame/screen-host.tsx';
import { withoutTilde } from '../home/complete-path.ts';

/** Whoever asks in a dialog. */
type Asker = Pick<ScreenHost, 'open'>;

const formatKeys: Readonly<Record<ExportFormat, string>> = {
  html: 'h',
  md: 'm',
  csv: 'c',
  json: 'j',
  parquet: 'p',
};

/**
 * Asks for format and place and writes the file; gives what to say of it, null when it was given
 * up.
 */
export async function askExport(host: Asker, run: SavedRun): Promise<string | null> {
  const key = await host.open({
    kind: 'choice',
    title: `Export ${run.runId}`,
    text: 'As a page for people (HTML), as Markdown, its cells as CSV, the result as JSON, or every iteration as Parquet?',
    choices: exportFormats.map((word) => ({ key: formatKeys[word], word })),
  });
  const format = exportFormats.find((each) => formatKeys[each] === key);
  if (format === undefined) return null;
  const typed = await host.open({
    kind: 'text',
    title: `Export as ${format}`,
    text: 'Into which file? With nothing typed: beside the run.',
    echo: true,
  });
  if (typed === null) return null;
  const path = typed.trim() === '' ? null : withoutTilde(typed.trim());
  if (path !== null && (await isThere(path))) {
    const answer = await host.open({
      kind: 'choice',
      title: 'There is such a file',
      text: `Write over ${path}?`,
      choices: [{ key: 'y', word: 'write over it' }],
    });
    if (answer !== 'y') return null;
  }
  const written = await exportRun(run, { format, path, commandOf: sharedCommand });
  // The directory's name is long, and on the page of the environment.
  return path === null ? `written beside the run: ${basename(written)}` : `written: ${written}`;
}

/** Asks for the note of a run; gives what to say. */
export async function askNote(host: Asker, run: SavedRun): Promise<string | null> {
  const typed = await host.open({
    kind: 'text',
    title: `Note on ${run.runId}`,
    text: 'What is there to remember? An empty note is removed; what was measured stays as it is.',
    echo: true,
    initial: run.note ?? '',
  });
  if (typed === null) return null;
  return (await writeNote(run.directory, typed)) === null ? 'no note' : 'noted';
}

/** Makes a run the baseline of its board and models, or takes that away; gives what to say. */
export async function toggleBaseline(runsDirectory: string, run: SavedRun): Promise<string> {
  const { baselineOf = [] } = await openRun(runsDirectory, run.runId);
  if (baselineOf.length > 0) {
    await unmarkBaseline(runsDirectory, run.runId);
    return 'no longer the baseline';
  }
  const marked = await markBaseline(runsDirectory, run.result);
  return `the baseline of ${marked.map(({ modelName, board }) => `${modelName} on ${board}`).join(', ')}`;
}
