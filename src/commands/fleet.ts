import { exitCodes, OrinError } from '../../host/errors.ts';
import { findBoards } from '../../host/fleet/find-boards.ts';
import type { FleetBoard } from '../../host/fleet/fleet-board.ts';
import {
  type BoardRecord,
  type FleetRecord,
  isToAttach,
  isToRetry,
} from '../../host/fleet/fleet-record.ts';
import { createFleet, type FleetStore, openFleet } from '../../host/fleet/fleet-store.ts';
import type { FleetRequest } from '../../host/fleet/run-fleet.ts';
import { openWorkshop, type Workshop } from '../../host/plan/workshop.ts';
import { attach } from '../../host/run/attach.ts';
import { bench } from '../../host/run/bench.ts';
import { measureOptions, settingsWith } from '../options/bench-table.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { fleetOptions } from '../options/fleet-options.ts';
import { boardQueryFrom, portableOptions } from '../options/fleet-values.ts';
import type { Given } from '../options/option-row.ts';
import { givenUnder, withDefaults } from '../options/option-table.ts';
import type { DisplaySettings, FleetOutputSettings } from '../options/output-options.ts';
import { printAside } from '../terminal/print.ts';
import { type BoardRequest, requestFrom } from './bench.ts';
import { printFleet } from './fleet-results.ts';
import { type FleetWatchOptions, watchFleet } from './watch-fleet.ts';

declare const __ORIN_REMOTE_VERSION__: string;

/** `orin-remote fleet [hosts…]`: gives the exit code. */
export async function fleetCommand(
  terms: readonly string[],
  options: FleetWatchOptions,
  given: Given<typeof fleetOptions>,
): Promise<number> {
  const directories = directoriesFrom(environment);
  const { name, boards } = await findBoards(boardQueryFrom(terms, options, directories));
  const said = portableOptions(given);
  // What excludes each other is refused before anything is connected.
  for (const board of boards) boardRequest(board, said);
  const store = await createFleet(directories, {
    name,
    toolVersion: __ORIN_REMOTE_VERSION__,
    options: said,
    boards,
  });
  const code = await benchFleet(store, store.record.boards, options);
  if (options.dry_run) await store.remove();
  return code;
}

/** `orin-remote fleet retry|attach|cancel [run]` */
export async function fleetRunCommand(
  what: 'retry' | 'attach' | 'cancel',
  id: string,
  shown: FleetOutputSettings & DisplaySettings,
): Promise<number> {
  const store = await openFleet(directoriesFrom(environment), id);
  const { record } = store;
  const boards = record.boards.filter(what === 'retry' ? isToRetry : isToAttach);
  // How it was measured and reached is as it was; how it is shown is as it is asked for now.
  const options = { ...withDefaults(fleetOptions, record.options), ...shown };
  if (boards.length === 0) return await nothingToDo(what, store, options);
  if (what === 'retry') return await benchFleet(store, boards, options);
  const isCancelling = what === 'cancel';
  const work: FleetRequest['work'] = ({ runId }, follow) => {
    if (runId === null) throw notStarted(follow.board, record.id);
    return attach({ ...follow, runId, isCancelling });
  };
  return await watchFleet({ store, boards, options, isCancelling, work: () => work });
}

async function benchFleet(
  store: FleetStore,
  boards: readonly BoardRecord[],
  options: FleetWatchOptions,
): Promise<number> {
  const directories = directoriesFrom(environment);
  const { record } = store;
  const requests = new Map(
    record.boards.map(({ board }, index) => [
      board.name,
      {
        ...boardRequest(board, record.options),
        directories,
        fleet: { id: record.id, board: index },
      },
    ]),
  );
  const workWith = (workshop: Workshop): FleetRequest['work'] => {
    return async ({ board }, follow) => {
      const own = requests.get(board.name);
      if (own === undefined) throw new Error(`${board.name} is no board of this fleet`);
      return await bench({ ...follow, ...own, workshop });
    };
  };
  return await watchFleet({
    store,
    boards,
    options,
    isCancelling: false,
    work: (signal) => workWith(openWorkshop(directories, signal)),
  });
}

/** What the command line says, and where it says nothing what the fleet file says for the board. */
function boardRequest(board: FleetBoard, said: FleetRecord['options']): BoardRequest {
  const given = { ...board.plan, ...givenUnder(measureOptions, said) };
  return requestFrom(board.host, settingsWith(given));
}

async function nothingToDo(
  what: 'retry' | 'attach' | 'cancel',
  store: FleetStore,
  options: FleetWatchOptions,
): Promise<number> {
  const { record } = store;
  const words = {
    retry: 'every board gave a result, or is still at it',
    attach: 'no run of it is still on a board',
    cancel: 'no run of it is still on a board',
  };
  printAside(`fleet run ${record.id}: ${words[what]}\n`);
  await printFleet(record, options);
  return exitCodes.ok;
}

function notStarted(board: string, id: string): OrinError {
  return new OrinError({
    code: 'run-unknown',
    what: `no run was started on ${board}`,
    next: `orin-remote fleet retry ${id}`,
    board,
  });
}
