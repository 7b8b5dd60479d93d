import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { isAlive } from '../../workstation/is-alive.ts';
import { isGone, ownIdentity, type ProgramIdentity } from '../../workstation/program-identity.ts';
import { openMuxControl } from './mux-control.ts';

/** A directory that only this user may enter, for sockets and logs of one connection. */
export interface PrivateDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

const prefix = 'orin-ssh-';
const ownerFile = 'owner';
/** Where a process number says nothing, as between containers, one that was used of late is left alone. */
const orphanAgeMs = 10 * 60_000;
// sun_path holds 104 bytes on macOS; ssh appends 17 while it makes a control socket.
const maxPathLength = 104 - 17 - '/control'.length - 1;

/** Where a master of ours listens. */
export function controlPathIn(directory: string): string {
  return join(directory, 'control');
}

/** Makes the directory (mode 0700), and says in it whose it is. */
export async function makePrivateDirectory(): Promise<PrivateDirectory> {
  const name = `${prefix}${process.pid}-`;
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
 * Removes what programs of this user that were killed left of such directories. Never another user's, one that others
 * may enter, or one whose program or master may still run.
 */
export async function sweepPrivateDirectories(): Promise<void> {
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names) {
      const pid = /^orin-ssh-(\d+)-/.exec(name)?.[1];
      if (pid === undefined || Number(pid) === process.pid) continue;
      const path = join(parent, name);
      const isLeft = await isAbandoned(path, Number(pid));
      if (isLeft) await rm(path, { recursive: true, force: true }).catch(() => {});
    }
  }
}

async function isAbandoned(path: string, pid: number): Promise<boolean> {
  const about = await lstat(path).catch(() => null);
  if (!about?.isDirectory() || about.uid !== process.getuid?.()) return false;
  if ((about.mode & 0o077) !== 0) return false;
  const owner = await readOwner(path);
  const isOld = Date.now() - about.mtimeMs > orphanAgeMs;
  const gone = (owner === null ? null : await isGone(owner)) ?? (isOld && !isAlive(pid));
  if (!gone) return false;
  const control = await openMuxControl(controlPathIn(path)).catch(() => null);
  control?.release();
  return control === null;
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
