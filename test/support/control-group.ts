import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const groups = '/sys/fs/cgroup';

/** A control group of this machine, made for a test. */
export interface ControlGroup {
  /** As the kernel names it in /proc/self/cgroup. */
  readonly name: string;
  /** Words before a command that runs it in the group. */
  readonly words: readonly string[];
  /** Nothing may run in it any more. */
  remove(): void;
}

interface Settings {
  readonly [file: string]: string;
}

/**
 * Makes a group of a controller, version 1 or 2, whichever this machine has it in, and writes its
 * files; else the reason why it cannot be made.
 */
export function makeControlGroup(
  controller: 'cpu' | 'cpuset',
  settings: { readonly version1: Settings; readonly version2: Settings },
): ControlGroup | string {
  if (process.getuid?.() !== 0) return 'only root can make a control group';
  const version1 = join(groups, controller);
  const isVersion1 = existsSync(join(version1, 'tasks'));
  if (!isVersion1 && !passesOn(controller)) {
    return `this machine has no control groups of ${controller} that can be made`;
  }
  const name = `/orin-remote-test-${process.pid}`;
  const path = `${isVersion1 ? version1 : groups}${name}`;
  try {
    mkdirSync(path);
  } catch (error) {
    return `no control group can be made: ${(error as Error).message}`;
  }
  const files = isVersion1 ? settings.version1 : settings.version2;
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return {
    name,
    words: ['sh', '-c', `echo $$ > ${path}/cgroup.procs && exec "$@"`, 'sh'],
    remove: () => rmdirSync(path),
  };
}

/** Version 2: whether groups below the root have this controller. */
function passesOn(controller: string): boolean {
  const file = join(groups, 'cgroup.subtree_control');
  return existsSync(file) && readFileSync(file, 'latin1').trim().split(' ').includes(controller);
}
