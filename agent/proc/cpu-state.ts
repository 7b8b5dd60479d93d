import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CpuState } from '../protocol/cpu-state.ts';
import { cpusAllowed } from './threads.ts';

const onlineFile = 'sys/devices/system/cpu/online';

/** Which CPUs are online and which of them this process may use, now. `rootPath` is `/`, but in tests. */
export function cpuState(rootPath: string): CpuState {
  const planted = join(rootPath, onlineFile);
  return {
    cpusOnline: textAt(existsSync(planted) ? planted : `/${onlineFile}`),
    cpusAllowed: cpusAllowed(),
  };
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
