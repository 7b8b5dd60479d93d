import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory that only this user may enter, for sockets and logs of one connection. */
export interface PrivateDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

const prefix = 'orin-ssh-';
// sun_path holds 104 bytes on macOS; ssh appends 17 while it makes a control socket.
const maxPathLength = 104 - 17 - '/control'.length - 1;

/** Makes the directory (mode 0700); also removes those of our programs that were killed. */
export async function makePrivateDirectory(): Promise<PrivateDirectory> {
  const name = `${prefix}${process.pid}-`;
  const own = join(tmpdir(), name);
  const stem = own.length + 6 <= maxPathLength ? own : join('/tmp', name);
  await removeOrphans(join(stem, '..'));
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

/** Directories of this user whose program, named by its process id, is gone. */
async function removeOrphans(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = /^orin-ssh-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(parent, name);
    const about = await lstat(path).catch(() => null);
    if (!about?.isDirectory() || about.uid !== process.getuid?.()) continue;
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
