import {
  type ExportOptions,
  exportPieces,
  exportRun,
} from '../../host/archive/export/export-file.ts';
import { exportFormats } from '../../host/archive/export/export-text.ts';
import { listRuns, openRun, type SavedRun } from '../../host/archive/saved-runs.ts';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { sharedCommand } from '../options/bench-table.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { choicesFrom } from '../options/parse-values.ts';
import { cpuReport, interruptReport } from '../report/activity-report.ts';
import { describeOperators } from '../report/operator-table.ts';
import { describeRun } from '../report/run-detail.ts';
import { describeRuns } from '../report/run-list.ts';
import { parquetToStdout } from '../terminal/parquet-to-stdout.ts';
import { jsonText, print, printPieces } from '../terminal/print.ts';
import { type Terminal, terminalOf } from '../terminal/terminal.ts';

/** `orin-remote results` */
export async function listCommand(
  options: { readonly interactive: boolean; readonly json: boolean } & DisplaySettings,
): Promise<number> {
  if (options.interactive) return await browseCommand(options);
  const runs = await listRuns(directoriesFrom(environment).runs);
  const text = options.json
    ? jsonText(runs)
    : describeRuns(runs, terminalOf(process.stdout, environment, options));
  print(text);
  return exitCodes.ok;
}

/**
 * `orin-remote results -i`: looks at them on the screen, and leaves what was looked at last in the
 * scrollback.
 */
async function browseCommand(options: DisplaySettings): Promise<number> {
  const screen = terminalOf(process.stderr, environment, options);
  if (!screen.isInteractive || !process.stdin.isTTY) {
    throw new OrinError({
      code: 'usage',
      what: 'no terminal to browse the results on',
      next: 'orin-remote results, or orin-remote results show RUN',
    });
  }
  const { openResults } = await import('../tui/results/open-results.ts');
  const { exitCode, summary } = await openResults(screen, directoriesFrom(environment).runs);
  print(summary(terminalOf(process.stdout, environment, options)));
  return exitCode;
}

type ShowOptions = DisplaySettings & Readonly<Record<'cpu' | 'irq' | 'json' | 'profile', boolean>>;

/** `orin-remote results show <run>` */
export async function showCommand(id: string, options: ShowOptions): Promise<number> {
  const run = await openRun(directoriesFrom(environment).runs, id);
  const terminal = terminalOf(process.stdout, environment, options);
  const text = options.json ? jsonText(run.result) : shownParts(run, terminal, options);
  print(text);
  return exitCodes.ok;
}

/** The parts that were asked for, else the run as a whole. */
function shownParts(run: SavedRun, terminal: Terminal, options: ShowOptions): string {
  const parts = [
    ...(options.cpu ? [cpuReport(run, terminal)] : []),
    ...(options.irq ? [interruptReport(run, terminal)] : []),
    ...(options.profile ? [describeOperators(run.result, terminal)] : []),
  ];
  return parts.length > 0 ? parts.join('\n') : describeRun(run, terminal);
}

/** `orin-remote results export <run> [baseline…] --format …` */
export async function exportCommand(
  ids: readonly string[],
  options: { readonly format: string | null; readonly samples: boolean; readonly out: string },
): Promise<number> {
  const [format = 'json'] = choicesFrom(options.format ?? 'json', '--format', exportFormats);
  const runsDirectory = directoriesFrom(environment).runs;
  const [id = '', ...others] = ids;
  const run = await openRun(runsDirectory, id);
  const out = options.out;
  if (others.length > 0 && format !== 'html') {
    throw new OrinError({
      code: 'usage',
      what: `several runs go into one file as html only, not as ${format}`,
      next: 'export them one by one',
    });
  }
  const comparedWith: SavedRun[] = [];
  for (const other of others) comparedWith.push(await openRun(runsDirectory, other));
  const isOfSamples = options.samples;
  const asked = { format, isOfSamples, comparedWith, commandOf: sharedCommand };
  if (out === '-') await exportToStdout(run, asked);
  else await exportRun(run, { ...asked, path: out });
  return exitCodes.ok;
}

async function exportToStdout(
  run: SavedRun,
  { format, ...options }: Omit<ExportOptions, 'path'>,
): Promise<void> {
  if (format !== 'parquet') {
    return await printPieces(await exportPieces(run, format, options));
  }
  await parquetToStdout(async (path) => {
    await exportRun(run, { format, path });
  });
}
