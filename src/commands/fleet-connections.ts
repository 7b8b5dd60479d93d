import type { FleetBoard } from '../../host/fleet/fleet-board.ts';
import type { Link } from '../../host/link/link.ts';
import { SharedSettings } from '../../host/reach/config/shared-settings.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { SharedHops } from '../../host/reach/ssh2/shared-hops.ts';
import type { Prompter } from '../../host/reach/trust/prompter.ts';
import { accessTo, type BoardAccess } from './connection.ts';

export interface FleetConnections {
  /** Resolves the board's name at the first call, and connects. */
  connect(
    board: FleetBoard,
    signal: AbortSignal,
    listener: { note(text: string): void; connecting(destination: string): void },
  ): Promise<Link>;
  close(): Promise<void>;
}

/**
 * How the boards of a fleet are reached: as the command line says, else as the fleet file says,
 * else as `ssh` would.
 */
export function fleetConnections(
  options: ConnectionSettings,
  prompterFor: () => Prompter,
): FleetConnections {
  const accesses = new Map<string, BoardAccess>();
  const hops = new SharedHops();
  const settings = new SharedSettings();
  return {
    async connect(board, signal, { note, connecting }) {
      const known = accesses.get(board.name);
      const access =
        known ??
        (await accessTo(board.host, connectionOf(board, options), {
          prompter: prompterFor(),
          hops,
          settings,
          note,
        }));
      accesses.set(board.name, access);
      connecting(access.destination);
      return await access.connect(signal);
    },
    async close() {
      await Promise.allSettled([...accesses.values()].map((access) => access.close()));
      await hops.close();
    },
  };
}

function connectionOf(board: FleetBoard, options: ConnectionSettings): ConnectionSettings {
  const jump = board.jump === null ? [] : [`ProxyJump=${board.jump}`];
  return {
    ...options,
    port: options.port ?? board.port,
    login: options.login ?? board.user,
    identity: options.identity ?? board.key,
    // Of several values of one setting ssh takes the first.
    ssh_options: [...options.ssh_options, ...jump],
  };
}
