import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { isAlive } from './is-alive.ts';
import { isGone, ownIdentity, type ProgramIdentity } from './program-identity.ts';

/**
 * What such directories are for: sockets and logs of one connection, a file on its way to stdout, a
 * run that is not kept, samples.
 */
const purposes = ['ssh', 'export', 'check', 'verify'] as const;
type Purpose = (typeof purposes)[number];

/** A directory that only this user may enter, for as long as the program needs it. */
export interface PrivateDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

const named = new RegExp(`^orin-(${purposes.join('|')})-(\\d{1,10})-`);
const ownerFile = 'owner';
/**
 * Where a process number says nothing, as between containers, one that was used of late is left
 * alone.
 */
const orphanAgeMs = 10 * 60_000;
// A name below it is that of a socket. sun_path holds 104 bytes on macOS; ssh appends 17 while it
// makes a control socket.
const maxPathLength = 104 - 17 - '/control'.length - 1;

/** Makes the directory (mode 0700), and says in it whose it is. */
export async function makePrivateDirectory(purpose: Purpose): Promise<PrivateDirectory> {
  const name = `orin-${purpose}-${process.pid}-`;
  const own = join(tmpdir(), name);
  const stem = own.length + 6 <= maxPathLength ? own : join('/tmp', name);
  const path = await mkdtemp(stem);
  // process.exit() runs no finally block.
  const removeNow = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', removeNow);
  await writeFile(join(path, ownerFile), JSON.stringify(await ownIdentity()), { mode: 0o600 });
  return {
    path,
    async remove() {
      process.off('exit', removeNow);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/**
 * Removes what programs of this user that were killed left of such directories. Never another
 * user's, one that others may enter, one whose program may still run, or one of a connection of
 * which `isInUse` is true: a master outlives its program.
 */
export async function sweepPrivateDirectories(
  isInUse: (path: string) => Promise<boolean>,
): Promise<void> {
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names) {
      const [, , pid] = named.exec(name) ?? [];
      if (pid === undefined || Number(pid) === process.pid) continue;
      const path = join(parent, name);
      const isLeft = await isAbandoned(path, Number(pid));
      if (isLeft && !(await isInUse(path)))
        await rm(path, { recursive: true, force: true }).catch(() => {});
    }
  }
}

async function isAbandoned(path: string, pid: number): Promise<boolean> {
  const about = await lstat(path).catch(() => null);
  if (!about?.isDirectory() || about.uid !== process.getuid?.()) return false;
  if ((about.mode & 0o077) !== 0) return false;
  const owner = await readOwner(path);
  const isOld = Date.now() - about.mtimeMs > orphanAgeMs;
  return (owner === null ? null : await isGone(owner)) ?? (isOld && !isAlive(pid));
}

const Owner = z.object({
  pid: z.number(),
  numberedBy: z.string(),
  startTicks: z.nullable(z.string()),
});

async function readOwner(path: string): Promise<ProgramIdentity | null> {
  const text = await readFile(join(path, ownerFile), 'utf8').catch(() => '');
  try {
    return Owner.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
