import { reservationText } from '../../host/board/busy-board.ts';
import type { BoardReservation } from '../../host/board/facts.ts';
import { exitCodes } from '../../host/errors.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { listBoardRuns } from '../../host/run/board-runs.ts';
import { connectionArguments } from '../options/connection-options.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { describeBoardRuns, plainRun } from '../report/board-run-list.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { completeCommands } from '../words/complete-commands.ts';
import { withBoard } from './with-board.ts';

/** `orin-remote runs <host>`: the runs that are on a board, under way or not collected yet. */
export async function runsCommand(
  host: string,
  options: ConnectionSettings & { readonly json: boolean } & DisplaySettings,
): Promise<number> {
  return await withBoard(host, options, async ({ name, link, probe, signal }) => {
    const runs = await listBoardRuns(link, probe, signal);
    const text = options.json
      ? jsonText(runs.map(plainRun))
      : reservedLine(probe.facts.reservation) +
        completeCommands(
          describeBoardRuns(name, runs, terminalOf(process.stdout, environment, options)),
          { host, reachedBy: connectionArguments(options) },
        );
    print(text);
    return exitCodes.ok;
  });
}

function reservedLine(reservation: BoardReservation | null | undefined): string {
  return reservation ? `${reservationText(reservation)}\n` : '';
}
