import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../workstation/is-alive.ts';

/**
 * Names, beside a journal that is on its way in, the machine and the boot that the program's pid is
 * of.
 */
export const ownerFile = '.owner';

const bootIdFile = '/proc/sys/kernel/random/boot_id';

/** Says in the directory of a spool that a program of this machine fills it. */
export async function markOwner(directory: string): Promise<void> {
  await writeFile(join(directory, ownerFile), await thisMachine(), { mode: 0o600 });
}

/** Takes that back, before the directory becomes a saved run. */
export async function unmarkOwner(directory: string): Promise<void> {
  await rm(join(directory, ownerFile), { force: true });
}

/**
 * The program that filled this directory is certainly gone: it was of an earlier boot of this
 * machine, or no process has its pid. What another machine fills, in a results directory that both
 * mount, is never said to be dead.
 */
export async function isOwnerGone(directory: string, pid: number): Promise<boolean> {
  const owner = await readFile(join(directory, ownerFile), 'utf8').catch(() => null);
  const here = await thisMachine();
  if (owner === null || owner === here) return !isAlive(pid);
  // An empty one: its program died, or the disk was full, while it was written.
  return nameOf(owner) === nameOf(here) || (owner === '' && !isAlive(pid));
}

async function thisMachine(): Promise<string> {
  // Elsewhere than on Linux a reboot is not told apart: the pid alone then says.
  const boot = await readFile(bootIdFile, 'utf8').catch(() => '');
  return `${hostname()}\n${boot.trim()}\n`;
}

const nameOf = (owner: string) => owner.split('\n', 1)[0];
