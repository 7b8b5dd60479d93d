import { cellShapes } from '../../analysis/cell-shapes.ts';
import { readSavedJournal, type SavedRun } from '../saved-runs.ts';
import type { CommandOf } from './html/board-section.ts';
import { pageShapes, resultHtml } from './html/report.ts';
import { resultText } from './result-text.ts';

export const exportFormats = ['html', 'md', 'csv', 'json', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/**
 * A run in a text format; as HTML held against others, the first of them as the baseline.
 * @throws OrinError `results-unreadable`, `journal-damaged`
 */
export async function exportText(
  { result, note = null, directory }: SavedRun,
  format: Exclude<ExportFormat, 'parquet'>,
  comparedWith: readonly SavedRun[] = [],
  commandOf?: CommandOf,
): Promise<string> {
  if (format !== 'html') return resultText(result, format, note);
  const shapes = cellShapes(await readSavedJournal(directory), pageShapes);
  const others = comparedWith.map((run) => run.result);
  return resultHtml({ result, note, shapes }, others, commandOf);
}
