import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { type FaultyRelay, startFaultyRelay } from './faulty-relay.ts';
import { JournalAudit } from './journal-audit.ts';
import type { Workstation } from './program.ts';

/** A board behind a relay, and a workstation, in a directory that all their processes name. */
export interface Scene {
  readonly root: string;
  readonly sshd: Sshd;
  readonly relay: FaultyRelay;
  readonly audit: JournalAudit;
  readonly workstation: Workstation;
  /** Where finished runs are saved. */
  readonly saved: string;
  /** The board's own temporary directory. */
  readonly boardTemporary: string;
  /** Our directory on the board. */
  readonly base: string;
  /** Options by which the board is reached through the relay. */
  readonly throughRelay: readonly string[];
  /** Options by which nothing can disturb. */
  readonly directly: readonly string[];
  remove(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const root = await mkdtemp(join(tmpdir(), 'orin-soak-'));
  const [home, data, temporary, boardTemporary] = (await Promise.all(
    ['home', 'data', 'tmp', 'board-tmp'].map(async (name) => {
      const path = join(root, name);
      await mkdir(path);
      return path;
    }),
  )) as [string, string, string, string];
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  const sshd = await startSshd({ environment: { TMPDIR: boardTemporary } });
  const relay = await startFaultyRelay(sshd.port);
  const configFile = join(root, 'ssh_config');
  const direct = await readFile(sshd.configFile, 'utf8');
  await writeFile(configFile, direct.replace(`Port ${sshd.port}`, `Port ${relay.port}`));
  await appendFile(sshd.knownHosts, `[127.0.0.1]:${relay.port} ${sshd.hostKey}\n`);
  const base = join(sshd.home, '.cache/orin-remote');
  const audit = await JournalAudit.start(join(base, 'runs'), join(root, 'audit'));
  return {
    root,
    sshd,
    relay,
    audit,
    workstation: { home, data, temporary },
    saved: join(data, 'orin-remote', 'runs'),
    boardTemporary,
    base,
    throughRelay: [sshd.alias, '-F', configFile],
    directly: [sshd.alias, '-F', sshd.configFile],
    remove: async () => {
      await audit.stop();
      await relay.close();
      await sshd.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Ids of the runs that are on the board. */
export async function runsOnBoard({ base }: Scene): Promise<string[]> {
  return await readdir(join(base, 'runs')).catch(() => []);
}

type Role = 'supervise' | 'work' | 'sample';

/** Pids of the agent's processes of this role on the board. */
export async function processesOf({ base }: Scene, role: Role): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const words = command.split('\0');
      const at = words.findIndex((word) => word.endsWith('/agent.cjs'));
      return words[at + 1] === role && words[at]?.startsWith(base) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}
