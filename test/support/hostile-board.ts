import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerChannel } from 'ssh2';
import { expect, onTestFinished } from 'vitest';
import { type BoardLimits, boardLimits } from '../../host/link/board-limits.ts';
import type { Link } from '../../host/link/link.ts';
import { resolveTarget } from '../../host/reach/config/resolve-target.ts';
import { connectBoard } from '../../host/reach/ssh2/connect.ts';
import { silentPrompter } from '../../host/reach/trust/prompter.ts';
import { startOddServer } from './odd-server.ts';

/** So short that a test does not wait, and long enough for what answers. */
export const shortLimits: BoardLimits = {
  ...boardLimits,
  startMs: 2_000,
  pushMs: 400,
  launchMs: 400,
  followMs: 400,
  fetchMs: 400,
  fruitlessTries: 4,
  firstPauseMs: 10,
};

/** What such a board does with a command; `runIt` does what the command says. */
export type Answer = (command: string, channel: ServerChannel, runIt: () => void) => void;

export interface HostileBoard {
  readonly home: string;
  /** Commands that it was given. */
  readonly commands: readonly string[];
  connect(signal?: AbortSignal): Promise<Link>;
  /** Ends all connections. */
  drop(): void;
}

/** A board whose SSH server does with commands what the test says, until that ends. */
export async function startHostileBoard(
  answer: Answer,
  starts?: (command: string) => boolean,
): Promise<HostileBoard> {
  const home = await mkdtemp(join(tmpdir(), 'orin-hostile-'));
  const commands: string[] = [];
  const server = await startOddServer({
    authenticate: (attempt) => attempt.accept(),
    ...(starts && { starts }),
    exec: (command, channel) => {
      commands.push(command);
      channel.on('error', () => {});
      answer(command, channel, () => runUnder(home, command, channel));
    },
  });
  const knownHosts = join(home, 'known_hosts');
  await writeFile(knownHosts, server.knownHost);
  const target = await resolveTarget('board', {
    configFile: 'none',
    environment: process.env,
    options: [
      'HostName=127.0.0.1',
      `Port=${server.port}`,
      `UserKnownHostsFile=${knownHosts}`,
      'IdentityAgent=none',
    ],
  });
  const links: Link[] = [];
  onTestFinished(async () => {
    await Promise.all(links.map((link) => link.end()));
    await server.close();
    await rm(home, { recursive: true, force: true });
  });
  return {
    home,
    commands,
    drop: server.drop,
    async connect() {
      const link = await connectBoard(target, { prompter: silentPrompter, hostKeyPolicy: 'ask' });
      links.push(link);
      return link;
    },
  };
}

function runUnder(home: string, command: string, channel: ServerChannel): void {
  const child = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, HOME: home } });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.on('close', () => child.kill());
  child.on('close', (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}

/** What a script says of a run that is alive, before its journal. */
export function sayLive(command: string, channel: ServerChannel): void {
  const [marker = ''] = /@orin:[0-9a-f]+:/.exec(command) ?? [];
  channel.write(`\n${marker}run:live:a-boot\n`);
}

/** Has a script that waits for its input believe that it may begin; nothing more is said. */
export function sayReady(command: string, channel: ServerChannel): void {
  const [marker = ''] = /@orin:[0-9a-f]+:ready/.exec(command) ?? [];
  channel.write(`\n${marker}\n`);
}

/** What is thrown where a board says nothing in this phase. */
export const silent = (phase: string) => ({
  code: 'board-silent',
  board: 'board',
  exitCode: 4,
  message: expect.stringMatching(new RegExp(`^board has said nothing for .* s \\(${phase}\\)$`)),
});
