import { mpstatLogsOf } from '../../host/archive/mpstat-logs.ts';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { mpstatDifference } from '../../host/telemetry/mpstat-difference.ts';
import { readMpstatLog } from '../../host/telemetry/mpstat-log.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { mpstatReport } from '../report/mpstat-report.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';

/**
 * `orin-remote mpstat RUN`, `orin-remote mpstat --file LOG`: what a log of mpstat says, corrected.
 */
export async function mpstatCommand(
  run: string | undefined,
  options: DisplaySettings & {
    readonly file: string | null;
    readonly against: string | null;
    readonly json: boolean;
  },
): Promise<number> {
  if ((run === undefined) === (options.file === null)) {
    throw new OrinError({
      code: 'usage',
      what: 'mpstat takes a saved run or a log',
      next: 'give a run, or a log as --file',
    });
  }
  const paths =
    run === undefined
      ? [options.file ?? '-']
      : await mpstatLogsOf(directoriesFrom(environment).runs, run);
  const log = await readMpstatLog(paths);
  const against = options.against === null ? null : await readMpstatLog([options.against]);
  const difference = against === null ? null : mpstatDifference(against, log);
  const analysis = { log, against, difference };
  print(
    options.json
      ? jsonText({ schema: 'orin-remote/mpstat@1', ...analysis })
      : mpstatReport(analysis, terminalOf(process.stdout, environment, options)),
  );
  return exitCodes.ok;
}
