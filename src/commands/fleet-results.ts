import type { OptionValues } from 'commander';
import { exitCodes } from '../../host/errors.ts';
import { fleetCsv } from '../../host/fleet/fleet-csv.ts';
import { fleetMarkdown } from '../../host/fleet/fleet-markdown.ts';
import type { FleetRecord } from '../../host/fleet/fleet-record.ts';
import { reportFleet } from '../../host/fleet/fleet-report.ts';
import { listFleets, openFleet } from '../../host/fleet/fleet-store.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { choicesFrom } from '../options/parse-values.ts';
import { describeFleets } from '../report/fleet-list.ts';
import { closingLines, fleetTables } from '../report/fleet-summary.ts';
import { jsonText, print, printAside } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';

const formats = ['table', 'json', 'csv', 'md'] as const;
type FleetFormat = (typeof formats)[number];

/** @throws OrinError `usage` for a format that a fleet has not. */
export function fleetFormatFrom(options: OptionValues): FleetFormat {
  if (options.json) return 'json';
  const [format = 'table'] = choicesFrom(options.output ?? 'table', '--output', formats);
  return format;
}

/** Writes a fleet run to stdout in the format that was asked for; beside another than the table, the closing lines go to stderr. */
export async function printFleet(record: FleetRecord, options: OptionValues): Promise<void> {
  const format = fleetFormatFrom(options);
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
export async function fleetShowCommand(id: string, options: OptionValues): Promise<number> {
  const { record } = await openFleet(directoriesFrom(environment), id);
  await printFleet(record, options);
  return exitCodes.ok;
}

/** `orin-remote fleet list` */
export async function fleetListCommand(options: OptionValues): Promise<number> {
  const records = await listFleets(directoriesFrom(environment));
  const text = options.json
    ? jsonText(records)
    : describeFleets(records, terminalOf(process.stdout, environment, options));
  print(text);
  return exitCodes.ok;
}
