import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlive } from '../is-alive.ts';
import { openMuxControl } from './mux-control.ts';

/** A directory that only this user may enter, for sockets and logs of one connection. */
export interface PrivateDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

const prefix = 'orin-ssh-';
/** Containers may share a directory and not their process ids: one that was used of late is left alone. */
const orphanAgeMs = 10 * 60_000;
// sun_path holds 104 bytes on macOS; ssh appends 17 while it makes a control socket.
const maxPathLength = 104 - 17 - '/control'.length - 1;

/** Where a master of ours listens. */
export function controlPathIn(directory: string): string {
  return join(directory, 'control');
}

/** Makes the directory (mode 0700); also removes those of our programs that were killed. */
export async function makePrivateDirectory(): Promise<PrivateDirectory> {
  const name = `${prefix}${process.pid}-`;
  const own = join(tmpdir(), name);
  const stem = own.length + 6 <= maxPathLength ? own : join('/tmp', name);
  await removeOrphans(dirname(stem));
  const path = await mkdtemp(stem);
  // process.exit() runs no finally block.
  const removeNow = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', removeNow);
  return {
    path,
    async remove() {
      process.off('exit', removeNow);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Directories of this user whose program, named by its process id, and whose master are gone. */
async function removeOrphans(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = /^orin-ssh-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    if (await isAbandoned(path)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const about = await lstat(path).catch(() => null);
  if (!about?.isDirectory() || about.uid !== process.getuid?.()) return false;
  if (Date.now() - about.mtimeMs < orphanAgeMs) return false;
  const control = await openMuxControl(controlPathIn(path)).catch(() => null);
  control?.release();
  return control === null;
}
