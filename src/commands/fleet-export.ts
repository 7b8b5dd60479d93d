import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OptionValues } from 'commander';
import { exitCodes } from '../../host/errors.ts';
import { fleetCsv, fleetSamplesCsv } from '../../host/fleet/fleet-csv.ts';
import { fleetMarkdown } from '../../host/fleet/fleet-markdown.ts';
import { writeFleetCells, writeFleetSamples } from '../../host/fleet/fleet-parquet.ts';
import type { FleetRecord } from '../../host/fleet/fleet-record.ts';
import { reportFleet } from '../../host/fleet/fleet-report.ts';
import { openFleet } from '../../host/fleet/fleet-store.ts';
import { directoriesFrom } from '../config/directories.ts';
import { environment } from '../config/environment.ts';
import { choicesFrom } from '../config/parse-values.ts';

const formats = ['json', 'csv', 'md', 'parquet'] as const;

/** `orin-remote fleet export [run] --format …`: all boards in one file. */
export async function fleetExportCommand(id: string, options: OptionValues): Promise<number> {
  const [format = 'json'] = choicesFrom(options.format, '--format', formats);
  const directories = directoriesFrom(environment);
  const { record } = await openFleet(directories, id);
  const { runs } = directories;
  const out = String(options.out);
  const isSamples = options.samples === true;
  if (format === 'parquet') await exportParquet(record, runs, isSamples, out);
  else if (format === 'csv') {
    const rows = Readable.from(isSamples ? fleetSamplesCsv(record, runs) : fleetCsv(record, runs));
    await pipeline(rows, out === '-' ? process.stdout : createWriteStream(out), {
      end: out !== '-',
    });
  } else {
    const report = await reportFleet(record, runs);
    const text = format === 'md' ? fleetMarkdown(report) : `${JSON.stringify(report, null, 2)}\n`;
    if (out === '-') process.stdout.write(text);
    else await writeFile(out, text);
  }
  return exitCodes.ok;
}

/** The format wants a file, whose end says where everything is; stdout gets it afterwards. */
async function exportParquet(
  record: FleetRecord,
  runs: string,
  isSamples: boolean,
  out: string,
): Promise<void> {
  const write = isSamples ? writeFleetSamples : writeFleetCells;
  if (out !== '-') return await write(out, record, runs);
  const directory = await mkdtemp(join(tmpdir(), 'orin-remote-export-'));
  try {
    const path = join(directory, 'fleet.parquet');
    await write(path, record, runs);
    await pipeline(createReadStream(path), process.stdout, { end: false });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
