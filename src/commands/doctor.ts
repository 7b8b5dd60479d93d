import { adviceFor } from '../../host/board/advice.ts';
import { inventoryOf } from '../../host/board/inventory.ts';
import { boardProblems } from '../../host/board/requirements.ts';
import { exitCodes } from '../../host/errors.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { listBoardRuns } from '../../host/run/board-runs.ts';
import { boardTrials } from '../../host/run/doctor-checks.ts';
import { connectionArguments } from '../options/connection-options.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { plainRun } from '../report/board-run-list.ts';
import { describeBoard } from '../report/doctor-report.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { completeCommands } from '../words/complete-commands.ts';
import { withBoard } from './with-board.ts';

/**
 * `orin-remote doctor <host>`: 0 when a benchmark can run there, else the code of the first
 * problem.
 */
export async function doctorCommand(
  host: string,
  options: ConnectionSettings & { readonly json: boolean } & DisplaySettings,
): Promise<number> {
  return await withBoard(host, options, async ({ name, link, probe, signal }) => {
    const problems = [
      ...boardProblems(name, probe.facts),
      ...(await boardTrials(link, probe, signal)),
    ];
    const report = {
      board: name,
      destination: link.destination,
      roundTripMs: link.roundTripMs,
      facts: probe.facts,
      inventory: inventoryOf(probe),
      runs: (await listBoardRuns(link, probe, signal)).map(plainRun),
      problems: problems.map(({ code, message, why, next }) => ({ code, message, why, next })),
      advice: adviceFor(probe.facts),
    };
    const text = options.json
      ? jsonText(report)
      : completeCommands(describeBoard(report, terminalOf(process.stdout, environment, options)), {
          host,
          reachedBy: connectionArguments(options),
        });
    print(text);
    return problems[0]?.exitCode ?? exitCodes.ok;
  });
}
