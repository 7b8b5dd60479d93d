import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseCpuList } from '../contract/cpu-list.ts';
import type { CpuState } from '../contract/cpu-state.ts';
import { cpusAllowed } from './threads.ts';

const cpuDirectory = 'sys/devices/system/cpu';

/**
 * Which CPUs are online, since which start of theirs, and which of them this process may use, now.
 * `rootPath` is `/`, but in tests.
 */
export function cpuState(rootPath: string): CpuState {
  const planted = join(rootPath, cpuDirectory);
  const directory = existsSync(join(planted, 'online')) ? planted : `/${cpuDirectory}`;
  const cpusOnline = textAt(join(directory, 'online'));
  const starts = (parseCpuList(cpusOnline) ?? []).flatMap((cpu) => {
    const topology = statSync(join(directory, `cpu${cpu}`, 'topology'), { throwIfNoEntry: false });
    return topology === undefined ? [] : [`${cpu}:${topology.ino}`];
  });
  return { cpusOnline, cpusAllowed: cpusAllowed(), cpuStarts: starts.join(' ') };
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
