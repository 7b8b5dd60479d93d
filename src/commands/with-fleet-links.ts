import type { FleetBoard } from '../../host/fleet/fleet-board.ts';
import type { Link } from '../../host/link/link.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { noProgress } from '../report/progress/progress.ts';
import { printAside } from '../terminal/print.ts';
import { fleetConnections } from './fleet-connections.ts';
import { fleetPrompter } from './fleet-prompter.ts';
import { interruptible } from './interruption.ts';
import { terminalPrompter } from './terminal-prompter.ts';

/**
 * Does something short with many boards, with notes on stderr, questions one at a time, and Ctrl-C
 * heard.
 */
export async function withFleetLinks<T>(
  options: ConnectionSettings,
  work: (connect: (board: FleetBoard) => Promise<Link>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interruption = interruptible(() => printAside('stopping\n'));
  const person = terminalPrompter(options.batch_mode, noProgress);
  const connections = fleetConnections(options, fleetPrompter(person));
  const { signal } = interruption;
  const connect = (board: FleetBoard) =>
    connections.connect(board, signal, {
      note: (text) => printAside(`${board.name}  note        ${text}\n`),
      connecting: () => {},
    });
  try {
    return await work(connect, signal);
  } finally {
    await connections.close();
    interruption.dispose();
  }
}
