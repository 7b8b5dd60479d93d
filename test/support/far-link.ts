import { appendFile } from 'node:fs/promises';
import type { Link } from '../../host/link/link.ts';
import { resolveTarget } from '../../host/reach/config/resolve-target.ts';
import { connectBoard } from '../../host/reach/ssh2/connect.ts';
import { silentPrompter } from '../../host/reach/trust/prompter.ts';
import type { Sshd } from './sshd.ts';

/**
 * Connects to a test's sshd through a relay, and has the link say what it would say of a real
 * network: no loopback, and the round trip that a TCP handshake with a relay on this machine cannot
 * show.
 */
export async function connectThrough(
  sshd: Sshd,
  relayPort: number,
  roundTripMs: number,
): Promise<Link & { readonly commands: number }> {
  await appendFile(sshd.knownHosts, `[127.0.0.1]:${relayPort} ${sshd.hostKey}\n`);
  const target = await resolveTarget('board', {
    configFile: sshd.configFile,
    port: relayPort,
    environment: process.env,
  });
  const link = await connectBoard(target, { prompter: silentPrompter, hostKeyPolicy: 'ask' });
  let commands = 0;
  return {
    board: link.board,
    destination: link.destination,
    roundTripMs,
    isLoopback: false,
    closed: link.closed,
    get traffic() {
      return link.traffic;
    },
    get commands() {
      return commands;
    },
    start: (command, signal) => {
      commands += 1;
      return link.start(command, signal);
    },
    end: () => link.end(),
  };
}
