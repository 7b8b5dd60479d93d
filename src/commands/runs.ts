import type { OptionValues } from 'commander';
import type { BoardReservation } from '../../host/board/facts.ts';
import { exitCodes } from '../../host/errors.ts';
import { listBoardRuns } from '../../host/run/board-runs.ts';
import { reservationText } from '../../host/run/busy-board.ts';
import { environment } from '../config/environment.ts';
import { describeBoardRuns, plainRun } from '../output/board-run-list.ts';
import { completeCommands } from '../output/complete-commands.ts';
import { jsonText, print } from '../output/print.ts';
import { terminalOf } from '../output/terminal.ts';
import { withBoard } from './with-board.ts';

/** `orin-remote runs <host>`: the runs that are on a board, under way or not collected yet. */
export async function runsCommand(host: string, options: OptionValues): Promise<number> {
  return await withBoard(host, options, async ({ name, link, probe, signal }) => {
    const runs = await listBoardRuns(link, probe, signal);
    const text = options.json
      ? jsonText(runs.map(plainRun))
      : reservedLine(probe.facts.reservation) +
        completeCommands(
          describeBoardRuns(name, runs, terminalOf(process.stdout, environment, options)),
          { host, options },
        );
    print(text);
    return exitCodes.ok;
  });
}

function reservedLine(reservation: BoardReservation | null | undefined): string {
  return reservation ? `${reservationText(reservation)}\n` : '';
}
