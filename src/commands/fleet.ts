import type { OptionValues } from 'commander';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { findBoards } from '../../host/fleet/find-boards.ts';
import { type BoardRecord, isToAttach, isToRetry } from '../../host/fleet/fleet-record.ts';
import { createFleet, type FleetStore, openFleet } from '../../host/fleet/fleet-store.ts';
import type { FleetRequest } from '../../host/fleet/run-fleet.ts';
import { openWorkshop, type Workshop } from '../../host/plan/workshop.ts';
import { attach } from '../../host/run/attach.ts';
import { bench } from '../../host/run/bench.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import {
  boardQueryFrom,
  laneLimitsFrom,
  optionsFor,
  portableOptions,
  withAbsolutePaths,
} from '../options/fleet-values.ts';
import { shareableArguments } from '../options/shareable-arguments.ts';
import { printAside } from '../terminal/print.ts';
import { type Settings, settingsFrom } from './bench.ts';
import { fleetFormatFrom, printFleet } from './fleet-results.ts';
import { watchFleet } from './watch-fleet.ts';

declare const __ORIN_REMOTE_VERSION__: string;

/** `orin-remote fleet [hosts…]`: gives the exit code. */
export async function fleetCommand(
  terms: readonly string[],
  options: OptionValues,
): Promise<number> {
  const directories = directoriesFrom(environment);
  const list = await findBoards(boardQueryFrom(terms, options, directories));
  const boards = list.boards.map((board) => withAbsolutePaths(board, options.fleet ?? null));
  // All of it is read before anything is connected, so that a typing error costs nothing.
  laneLimitsFrom(options);
  fleetFormatFrom(options);
  for (const board of boards) settingsFrom(board.host, optionsFor(board, options));
  const store = await createFleet(directories, {
    name: list.name,
    toolVersion: __ORIN_REMOTE_VERSION__,
    options: portableOptions(options),
    boards,
  });
  const code = await benchFleet(store, store.record.boards, options, terms);
  if (options.dryRun) await store.remove();
  return code;
}

/** `orin-remote fleet retry|attach|cancel [run]` */
export async function fleetRunCommand(
  what: 'retry' | 'attach' | 'cancel',
  id: string,
  options: OptionValues,
): Promise<number> {
  const store = await openFleet(directoriesFrom(environment), id);
  const { record } = store;
  const boards = record.boards.filter(what === 'retry' ? isToRetry : isToAttach);
  // How it was measured and reached is as it was; how it is shown is as it is asked for now.
  const { json, output, quiet, tui, debug, color, ascii } = options;
  const shown = { json, output, quiet, tui, debug, color, ascii };
  const merged = { ...options, ...record.options, ...shown };
  fleetFormatFrom(merged);
  if (boards.length === 0) return await nothingToDo(what, store, merged);
  if (what === 'retry') return await benchFleet(store, boards, merged, []);
  const isCancelling = what === 'cancel';
  const work: FleetRequest['work'] = ({ runId }, follow) => {
    if (runId === null) throw notStarted(follow.board, record.id);
    return attach({ ...follow, runId, isCancelling });
  };
  return await watchFleet({ store, boards, options: merged, isCancelling, work: () => work });
}

async function benchFleet(
  store: FleetStore,
  boards: readonly BoardRecord[],
  options: OptionValues,
  terms: readonly string[],
): Promise<number> {
  const directories = directoriesFrom(environment);
  const settings = new Map(
    store.record.boards.map(({ board }, index) => [
      board.name,
      {
        ...sharedSettings(settingsFrom(board.host, optionsFor(board, options)), terms),
        directories,
        fleet: { id: store.record.id, board: index },
      },
    ]),
  );
  const workWith = (workshop: Workshop): FleetRequest['work'] => {
    return async ({ board }, follow) => {
      const own = settings.get(board.name);
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

/** A result that is shared names no board: neither its own nor the others. */
function sharedSettings(settings: Settings, terms: readonly string[]): Settings {
  const argv = process.argv.slice(2).filter((argument) => !terms.includes(argument));
  return { ...settings, tool: { ...settings.tool, argv: shareableArguments(argv, '') } };
}

async function nothingToDo(
  what: 'retry' | 'attach' | 'cancel',
  store: FleetStore,
  options: OptionValues,
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
