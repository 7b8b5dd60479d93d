import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePrivateDirectory, sweepPrivateDirectories } from './private-directory.ts';
import { ownIdentity } from './program-identity.ts';

/** Only root can make what belongs to another user. */
const isRoot = process.getuid?.() === 0;
let parent: string;
const before = process.env.TMPDIR;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'o-'));
  process.env.TMPDIR = parent;
});

afterAll(async () => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  await rm(parent, { recursive: true, force: true });
});

/** The number of a program that has just ended. */
async function endedPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function lay(name: string, owner: object | null, mode = 0o700): Promise<string> {
  const path = join(parent, name);
  await mkdir(path);
  if (owner !== null) await writeFile(join(path, 'owner'), JSON.stringify(owner));
  await chmod(path, mode);
  return path;
}

it('sweeps what killed programs left, and nothing that may be of others', async () => {
  const own = await ownIdentity();
  const dead = await endedPid();
  const old = async (path: string) => {
    const anHourAgo = Date.now() / 1000 - 3600;
    await utimes(path, anHourAgo, anHourAgo);
  };
  await lay(`orin-ssh-${dead}-killed`, { ...own, pid: dead });
  // Number 1 runs, and began at another time than the program that wrote this.
  await lay('orin-ssh-1-reused', { ...own, pid: 1, startTicks: '5' });
  await old(await lay(`orin-ssh-${dead}-nameless`, null));
  await old(await lay(`orin-ssh-${dead}-elsewhere`, { ...own, pid: dead, numberedBy: 'another' }));
  const purposes = ['export', 'check', 'verify'];
  for (const each of purposes) await lay(`orin-${each}-${dead}-killed`, { ...own, pid: dead });
  const mastered = await lay(`orin-ssh-${dead}-master`, { ...own, pid: dead });
  const kept = [
    mastered,
    (await makePrivateDirectory('ssh')).path,
    await lay(`orin-ssh-${dead}-young`, null),
    await lay(`orin-ssh-${dead}-container`, { ...own, pid: dead, numberedBy: 'another' }),
    await lay(`orin-ssh-${dead}-open`, { ...own, pid: dead }, 0o755),
    await lay(`orin-ssh-${process.ppid}-running`, await identityOf(process.ppid)),
    await lay(`orin-other-${dead}-x`, { ...own, pid: dead }),
    await lay('somebody-elses', { ...own, pid: dead }),
    ...(isRoot ? [await lay(`orin-ssh-${dead}-stranger`, { ...own, pid: dead })] : []),
  ];
  if (isRoot) await chown(join(parent, `orin-ssh-${dead}-stranger`), 65534, 65534);
  const away = join(parent, `orin-ssh-${dead}-link`);
  await symlink(join(parent, 'somebody-elses'), away);
  await sweepPrivateDirectories(async (path) => path === mastered);
  expect((await readdir(parent)).map((name) => join(parent, name)).sort()).toEqual(
    [...kept, away].sort(),
  );
});

async function identityOf(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return { ...(await ownIdentity()), pid, startTicks };
}
