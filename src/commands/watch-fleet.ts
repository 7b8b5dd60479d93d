import { exitCodes } from '../../host/errors.ts';
import { BoardJournal } from '../../host/fleet/board-journal.ts';
import { BoardOrders } from '../../host/fleet/board-orders.ts';
import type { BoardState } from '../../host/fleet/board-state.ts';
import type { BoardRecord } from '../../host/fleet/fleet-record.ts';
import type { FleetStore } from '../../host/fleet/fleet-store.ts';
import { type FleetChange, type FleetRequest, runFleet } from '../../host/fleet/run-fleet.ts';
import { type Prompter, silentPrompter } from '../../host/reach/trust/prompter.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { FleetSettings } from '../options/fleet-options.ts';
import { laneLimitsFrom } from '../options/fleet-values.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import {
  type FleetProgress,
  noFleetProgress,
  showFleetProgress,
} from '../report/progress/fleet-progress.ts';
import { printAside } from '../terminal/print.ts';
import { type Terminal, terminalOf } from '../terminal/terminal.ts';
import { counted } from '../words/quantities.ts';
import { fleetConnections } from './fleet-connections.ts';
import { fleetPrompter } from './fleet-prompter.ts';
import { printFleet } from './fleet-results.ts';
import { controlRun, type RunControl, type RunControlOptions } from './run-control.ts';
import { terminalPrompter } from './terminal-prompter.ts';

/** What a command says of a fleet run: how boards are reached, take turns and are shown. */
export type FleetWatchOptions = FleetSettings & DisplaySettings;

/** A fleet run being watched. */
interface FleetWatch {
  readonly store: FleetStore;
  readonly boards: readonly BoardRecord[];
  readonly options: FleetWatchOptions;
  /** Boards that were stopped are then what was asked for. */
  readonly isCancelling: boolean;
  /** Given the signal that stops everything, what to do with each board. */
  readonly work: (signal: AbortSignal) => FleetRequest['work'];
}

/**
 * Runs a fleet with its progress shown and signals heard, prints what came of it and gives the exit
 * code.
 */
export async function watchFleet(watch: FleetWatch): Promise<number> {
  const { store, options } = watch;
  const { id } = store.record;
  const terminal = terminalOf(process.stderr, environment, options);
  const { progress, prompter, ask, orders } = await displayFor(watch, terminal);
  const control = controlRun({
    ask,
    what: 'all boards',
    note: (text) => progress.note(text),
    onLeave: () => {
      progress.close();
      printAside(`runs go on; to collect them:\n  orin-remote fleet attach ${id}\n`);
    },
  });
  const listener = (change: FleetChange) => {
    if (change.state.phase === 'measuring') control.runBegan();
    progress.hear(change);
  };
  try {
    const states = await runWith(watch, { control, prompter, orders, listener });
    progress.close();
    if (options.dry_run) return control.exitCode() ?? exitCodeOf(watch, states);
    if (!control.leave.aborted) await printFleet(store.record, options);
    return control.exitCode() ?? exitCodeOf(watch, states);
  } finally {
    progress.close();
    control.dispose();
  }
}

/** Where a fleet run is shown, and who is asked and gives orders. */
interface Display {
  readonly progress: FleetProgress;
  readonly prompter: Prompter;
  readonly ask: RunControlOptions['ask'];
  readonly orders: BoardOrders | null;
}

/** With --tui on a terminal the grid, else a few lines of progress, or a line for each change. */
async function displayFor(watch: FleetWatch, terminal: Terminal): Promise<Display> {
  const { store, boards, options } = watch;
  const title = store.record.name ?? counted(boards.length, 'board');
  const isBatch = options.batch_mode;
  if (isScreenWanted(watch) && terminal.isInteractive && process.stdin.isTTY) {
    const { openFleetScreen } = await import('../tui/fleet/fleet-screen.ts');
    const { runs } = directoriesFrom(environment);
    const orders = new BoardOrders();
    const { progress, prompter, ask } = openFleetScreen({
      title,
      boards: boards.map(({ board }) => board),
      lanes: laneLimitsFrom(options),
      terminal,
      stdin: process.stdin,
      orders,
      journal: (plan) => new BoardJournal(runs, plan),
      interrupt: () => process.kill(process.pid, 'SIGINT'),
    });
    return { progress, prompter: isBatch ? silentPrompter : prompter, ask, orders };
  }
  const names = boards.map(({ board }) => board.name);
  const progress = options.quiet ? noFleetProgress : showFleetProgress(title, names, terminal);
  const prompter = terminalPrompter(isBatch, { ...progress, listen: () => {} });
  return { progress, prompter, ask: null, orders: null };
}

function isScreenWanted({ options, isCancelling }: FleetWatch): boolean {
  const isBrief = options.quiet || options.dry_run || options.detach || isCancelling;
  return options.tui && !isBrief;
}

async function runWith(
  { store, boards, options, work }: FleetWatch,
  parts: Pick<Display, 'prompter' | 'orders'> & {
    readonly control: RunControl;
    readonly listener: (change: FleetChange) => void;
  },
): Promise<readonly BoardState[]> {
  const { control, prompter, orders, listener } = parts;
  const connections = fleetConnections(options, fleetPrompter(prompter));
  try {
    return await runFleet({
      store,
      boards,
      connect: (board, signal, hear) =>
        connections.connect(board, signal, {
          note: (text) => hear({ kind: 'note', text }),
          connecting: (destination) => hear({ kind: 'connecting', destination }),
        }),
      work: work(control.signal),
      directories: directoriesFrom(environment),
      limits: laneLimitsFrom(options),
      isFailFast: options.fail_fast,
      listener,
      signal: control.signal,
      leave: control.leave,
      ...(orders === null ? {} : { orders }),
    });
  } finally {
    await connections.close();
  }
}

/** All boards, some, or none. */
function exitCodeOf({ isCancelling }: FleetWatch, states: readonly BoardState[]): number {
  const isGood = ({ phase }: BoardState) =>
    phase === 'done' || phase === 'left' || (isCancelling && phase === 'cancelled');
  const good = states.filter(isGood).length;
  if (good === states.length) return exitCodes.ok;
  return good > 0 ? exitCodes.someBoardsFailed : exitCodes.boardFailed;
}
