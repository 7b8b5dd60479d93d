import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Link } from '../../host/link/link.ts';
import { resolveTarget } from '../../host/reach/config/resolve-target.ts';
import {
  type ClientConnectOptions,
  connectWithSshClient,
} from '../../host/reach/openssh/connect.ts';
import type { SshClientLink } from '../../host/reach/openssh/ssh-client-link.ts';
import { runScript } from '../../host/shell/run-script.ts';
import { person } from './person.ts';
import type { Sshd } from './sshd.ts';

/** Connects to a test's sshd by the system's ssh client, with these `-o` options. */
export async function openByClient(
  sshd: Sshd,
  options: readonly string[],
  connect: Partial<ClientConnectOptions> = {},
  board: string = sshd.alias,
): Promise<SshClientLink> {
  const { configFile } = sshd;
  const target = await resolveTarget(board, { configFile, environment: process.env, options });
  return await connectWithSshClient(target, {
    prompter: person(),
    hostKeyPolicy: 'ask',
    ...connect,
  });
}

/** Runs one command over a link, ends the link, and gives what the command said. */
export async function greetOver(link: Link): Promise<string> {
  try {
    return (await runScript(link, 'echo hello', { step: 'greet' })).output;
  } finally {
    await link.end();
  }
}

/** Private directories of this process's connections that are still there. */
export function leftDirectories(pid: number | undefined = process.pid): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`orin-ssh-${pid}-`));
}
