import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, type SshdOptions, startSshd } from './sshd.ts';

/**
 * Several boards, each a real sshd with a home of its own, under names that one ssh_config knows.
 */
export interface Boards {
  /** For -F. */
  readonly configFile: string;
  board(name: string): Sshd;
  stop(): Promise<void>;
}

/** @param absent names under which nothing listens. */
export async function startBoards(
  boards: Readonly<Record<string, SshdOptions>>,
  absent: readonly string[] = [],
): Promise<Boards> {
  const directory = await mkdtemp(join(tmpdir(), 'orin-boards-'));
  const started = new Map<string, Sshd>();
  await Promise.all(
    Object.entries(boards).map(async ([name, options]) => {
      started.set(name, await startSshd(options));
    }),
  );
  const configFile = join(directory, 'ssh_config');
  const sections = await Promise.all(
    [...started].map(async ([name, sshd]) => {
      const section = await readFile(sshd.configFile, 'utf8');
      return section.replace(/^Host .*$/mu, `Host ${name}`);
    }),
  );
  // Port 1 of loopback: nothing listens there without root having seen to it.
  const nobody = absent.map((name) => `Host ${name}\n  HostName 127.0.0.1\n  Port 1\n`);
  await writeFile(configFile, [...sections, ...nobody].join('\n'));
  return {
    configFile,
    board(name) {
      const sshd = started.get(name);
      if (sshd === undefined) throw new Error(`there is no board ${name}`);
      return sshd;
    },
    async stop() {
      await Promise.all([...started.values()].map((sshd) => sshd.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
