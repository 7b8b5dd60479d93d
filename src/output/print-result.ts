import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { cellsCsv } from '../../host/results/export/csv.ts';
import { resultMarkdown } from '../../host/results/export/markdown.ts';
import { journalPaths } from '../../host/results/saved-runs.ts';
import type { SavedOutcome } from '../../host/run/run-outcome.ts';
import { resultReport } from './result-report.ts';
import type { Terminal } from './terminal.ts';

export const outputFormats = ['table', 'json', 'ndjson', 'csv', 'md'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Writes a result to stdout in the format that was asked for; nothing else ever goes there. */
export async function printResult(
  outcome: SavedOutcome,
  board: string,
  format: OutputFormat,
  terminal: Terminal,
): Promise<void> {
  if (format === 'ndjson') {
    for (const path of await journalPaths(outcome.directory)) {
      await pipeline(createReadStream(path), terminal.stream, { end: false });
    }
    return;
  }
  terminal.stream.write(textOf(outcome, board, format, terminal));
}

function textOf(
  { result }: SavedOutcome,
  board: string,
  format: Exclude<OutputFormat, 'ndjson'>,
  terminal: Terminal,
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'csv':
      return cellsCsv(result);
    case 'md':
      return resultMarkdown(result);
    case 'table':
      return resultReport(result, board, terminal);
    default:
      return format satisfies never;
  }
}
