import { exitCodes } from '../../host/errors.ts';
import { readTegrastatsLog } from '../../host/telemetry/tegrastats-summary.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { tegrastatsReport } from '../report/tegrastats-report.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';

/** `orin-remote tegrastats --file LOG`: what a log of tegrastats says. */
export async function tegrastatsCommand(
  options: DisplaySettings & { readonly file: string | null; readonly json: boolean },
): Promise<number> {
  const log = await readTegrastatsLog(options.file ?? '-');
  print(
    options.json
      ? jsonText({ schema: 'orin-remote/tegrastats@1', ...log })
      : tegrastatsReport(log, terminalOf(process.stdout, environment, options)),
  );
  return exitCodes.ok;
}
