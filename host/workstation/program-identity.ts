import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isAlive } from './is-alive.ts';

/** Which program a process number meant, on a machine that gives numbers again. */
export interface ProgramIdentity {
  readonly pid: number;
  /** Boot and process namespace: numbers mean the same processes where this is equal. */
  readonly numberedBy: string;
  /**
   * Clock ticks from boot to the program's start (proc(5), field 22 of stat); null where nothing
   * tells.
   */
  readonly startTicks: string | null;
}

/** Of this very program. */
export async function ownIdentity(): Promise<ProgramIdentity> {
  const { pid } = process;
  return { pid, numberedBy: await numbering(), startTicks: await startTicksOf(pid) };
}

/**
 * True or false where that can be known; null where process numbers are another's: a container's,
 * or of another boot.
 */
export async function isGone(program: ProgramIdentity): Promise<boolean | null> {
  if (program.numberedBy !== (await numbering())) return null;
  if (!isAlive(program.pid)) return true;
  return (await startTicksOf(program.pid)) !== program.startTicks;
}

async function numbering(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname());
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot.trim()} ${namespace}`;
}

async function startTicksOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
  // The second field is the program's name in parentheses, whatever that holds.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
