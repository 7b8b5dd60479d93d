import { hostname } from 'node:os';
import type { BoardReservation } from '../../host/board/facts.ts';
import type { Probe } from '../../host/board/probe.ts';
import { releaseBoard, reserveBoard } from '../../host/board/reserve.ts';
import { exitCodes } from '../../host/errors.ts';
import { findBoards } from '../../host/fleet/find-boards.ts';
import { visitBoards } from '../../host/fleet/visit-boards.ts';
import type { Link } from '../../host/link/link.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { accountName } from '../../host/workstation/account-name.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { BoardListSettings } from '../options/fleet-options.ts';
import { boardQueryFrom } from '../options/fleet-values.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { describeReservations } from '../report/reservation-table.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { withFleetLinks } from './with-fleet-links.ts';

/**
 * `orin-remote fleet reserve|release|reservations [hosts…]`: 0 when it went well on all boards, 3
 * on some, 4 on none.
 */
export async function fleetReservationCommand(
  what: 'reserve' | 'release' | 'reservations',
  terms: readonly string[],
  options: BoardListSettings &
    ConnectionSettings &
    DisplaySettings & {
      readonly json: boolean;
      readonly forMs: number;
      readonly note: string;
      readonly force: boolean;
    },
): Promise<number> {
  const { boards } = await findBoards(boardQueryFrom(terms, options, directoriesFrom(environment)));
  const owner = `${accountName()}@${hostname()}`;
  return await withFleetLinks(options, async (connect, signal) => {
    const request = { owner, isForced: options.force, signal };
    const work = async (link: Link, probe: Probe): Promise<BoardReservation | null> => {
      if (what === 'reserve') {
        const { forMs, note } = options;
        return await reserveBoard(link, probe, { ...request, forMs, note });
      }
      if (what === 'release') await releaseBoard(link, probe, request);
      return what === 'release' ? null : (probe.facts.reservation ?? null);
    };
    const visits = await visitBoards(boards, connect, signal, (_, link, probe) =>
      work(link, probe),
    );
    const text = options.json
      ? jsonText(visits.map(({ name, value, failure }) => ({ name, reservation: value, failure })))
      : describeReservations(visits, terminalOf(process.stdout, environment, options));
    print(text);
    const good = visits.filter(({ failure }) => failure === null).length;
    if (good === visits.length) return exitCodes.ok;
    return good > 0 ? exitCodes.someBoardsFailed : exitCodes.boardFailed;
  });
}
