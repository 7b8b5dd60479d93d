import { dirname } from 'node:path';
import { resultText } from '../../host/archive/export/result-text.ts';
import { journalPaths, openSavedFile } from '../../host/archive/saved-runs.ts';
import type { SavedOutcome } from '../../host/run/run-outcome.ts';
import type { OutputFormat } from '../options/output-options.ts';
import { print, printJsonLines } from '../terminal/print.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { completeCommands, type GivenCommand } from '../words/complete-commands.ts';
import { baselineReport } from './baseline-report.ts';
import { resultReport } from './result-report.ts';

/** Writes a result to stdout in the format that was asked for; nothing else ever goes there. */
export async function printResult(
  { result, directory }: SavedOutcome,
  given: GivenCommand & { readonly host: string },
  format: OutputFormat,
  terminal: Terminal,
): Promise<void> {
  if (format === 'ndjson') {
    for (const path of await journalPaths(directory)) {
      await printJsonLines((await openSavedFile(path)).createReadStream({ encoding: 'utf8' }));
    }
  } else if (format === 'table') {
    const report = resultReport(result, given.host, terminal);
    print(completeCommands(report, { ...given, runId: result.run_id }));
    print(await baselineReport(dirname(directory), result, terminal));
  } else {
    print(resultText(result, format));
  }
}
