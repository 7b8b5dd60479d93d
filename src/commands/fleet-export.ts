import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeExport } from '../../host/archive/export/write-export.ts';
import { exitCodes } from '../../host/errors.ts';
import { fleetCsv, fleetSamplesCsv } from '../../host/fleet/fleet-csv.ts';
import { fleetMarkdown } from '../../host/fleet/fleet-markdown.ts';
import { writeFleetCells, writeFleetSamples } from '../../host/fleet/fleet-parquet.ts';
import type { FleetRecord } from '../../host/fleet/fleet-record.ts';
import { reportFleet } from '../../host/fleet/fleet-report.ts';
import { openFleet } from '../../host/fleet/fleet-store.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { choicesFrom } from '../options/parse-values.ts';
import { parquetToStdout } from '../terminal/parquet-to-stdout.ts';
import { jsonText, printPieces } from '../terminal/print.ts';

const formats = ['json', 'csv', 'md', 'parquet'] as const;
type Format = (typeof formats)[number];

/** `orin-remote fleet export [run] --format …`: all boards in one file. */
export async function fleetExportCommand(
  id: string,
  options: {
    readonly format: string | null;
    readonly samples: boolean;
    readonly out: string;
  },
): Promise<number> {
  const [format = 'json'] = choicesFrom(options.format ?? 'json', '--format', formats);
  const directories = directoriesFrom(environment);
  const { record } = await openFleet(directories, id);
  const { runs, fleets } = directories;
  const { out, samples: isSamples } = options;
  const writeParquet = (path: string) =>
    (isSamples ? writeFleetSamples : writeFleetCells)(path, record, runs);
  const pieces = () => piecesOf(record, runs, format, isSamples);
  if (out !== '-') {
    await writeExport({ path: out, keeps: [runs, fleets] }, async (path) => {
      if (format === 'parquet') await writeParquet(path);
      else await pipeline(await pieces(), createWriteStream(path));
    });
  } else if (format === 'parquet') await parquetToStdout(writeParquet);
  else await printPieces(await pieces());
  return exitCodes.ok;
}

async function piecesOf(
  record: FleetRecord,
  runs: string,
  format: Format,
  isSamples: boolean,
): Promise<Readable> {
  if (format === 'csv') {
    return Readable.from(isSamples ? fleetSamplesCsv(record, runs) : fleetCsv(record, runs));
  }
  const report = await reportFleet(record, runs);
  return Readable.from([format === 'md' ? fleetMarkdown(report) : jsonText(report)]);
}
