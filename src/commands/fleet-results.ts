import { exitCodes } from '../../host/errors.ts';
import { fleetCsv } from '../../host/fleet/fleet-csv.ts';
import { fleetMarkdown } from '../../host/fleet/fleet-markdown.ts';
import type { FleetRecord } from '../../host/fleet/fleet-record.ts';
import { reportFleet } from '../../host/fleet/fleet-report.ts';
import { listFleets, openFleet } from '../../host/fleet/fleet-store.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings, FleetOutputSettings } from '../options/output-options.ts';
import { describeFleets } from '../report/fleet-list.ts';
import { closingLines, fleetTables } from '../report/fleet-summary.ts';
import { jsonText, print, printAside } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';

type Shown = Pick<FleetOutputSettings, 'json' | 'output'> & DisplaySettings;

/**
 * Writes a fleet run to stdout in the format that was asked for; beside another than the table, the
 * closing lines go to stderr.
 */
export async function printFleet(record: FleetRecord, options: Shown): Promise<void> {
  const format = options.json ? 'json' : options.output;
  const { runs } = directoriesFrom(environment);
  const report = await reportFleet(record, runs);
  if (format === 'table') {
    const terminal = terminalOf(process.stdout, environment, options);
    const lines = [...fleetTables(report, terminal), ...closingLines(report, terminal)];
    print(`${lines.join('\n')}\n`);
    return;
  }
  if (format === 'json') print(jsonText(report));
  if (format === 'md') print(fleetMarkdown(report));
  if (format === 'csv') {
    for await (const rows of fleetCsv(record, runs)) print(rows);
  }
  const lines = closingLines(report, terminalOf(process.stderr, environment, options));
  printAside(`${lines.join('\n')}\n`);
}

/** `orin-remote fleet show [run]` */
export async function fleetShowCommand(id: string, options: Shown): Promise<number> {
  const { record } = await openFleet(directoriesFrom(environment), id);
  await printFleet(record, options);
  return exitCodes.ok;
}

/** `orin-remote fleet list` */
export async function fleetListCommand(
  options: { readonly json: boolean } & DisplaySettings,
): Promise<number> {
  const records = await listFleets(directoriesFrom(environment));
  const text = options.json
    ? jsonText(records)
    : describeFleets(records, terminalOf(process.stdout, environment, options));
  print(text);
  return exitCodes.ok;
}
