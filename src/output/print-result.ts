import { createReadStream } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { resultText } from '../../host/results/export/result-text.ts';
import { journalPaths } from '../../host/results/saved-runs.ts';
import type { SavedOutcome } from '../../host/run/run-outcome.ts';
import { baselineReport } from './baseline-report.ts';
import { resultReport } from './result-report.ts';
import type { Terminal } from './terminal.ts';

export const outputFormats = ['table', 'json', 'ndjson', 'csv', 'md'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Writes a result to stdout in the format that was asked for; nothing else ever goes there. */
export async function printResult(
  { result, directory }: SavedOutcome,
  board: string,
  format: OutputFormat,
  terminal: Terminal,
): Promise<void> {
  if (format === 'ndjson') {
    for (const path of await journalPaths(directory)) {
      await pipeline(createReadStream(path), terminal.stream, { end: false });
    }
  } else if (format === 'table') {
    terminal.stream.write(resultReport(result, board, terminal));
    terminal.stream.write(await baselineReport(dirname(directory), result, terminal));
  } else {
    terminal.stream.write(resultText(result, format));
  }
}
