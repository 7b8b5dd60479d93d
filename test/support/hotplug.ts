import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { parseCpuList } from '../../agent/contract/cpu-list.ts';

const directory = '/sys/devices/system/cpu';
const firstLine = (path: string) => readFileSync(path, 'latin1').trim();

/** A CPU of this machine that a test may switch off for a moment. */
export interface SwitchableCpu {
  readonly cpu: number;
  off(): void;
  on(): void;
}

/**
 * The last CPU of this machine, which comes back when the test ends, and five seconds after it went
 * even if the test is killed; else the reason why none can be switched off.
 */
export function switchableCpu(): SwitchableCpu | string {
  if (process.getuid?.() !== 0) return 'only root can switch a CPU off';
  const cpu = parseCpuList(firstLine(`${directory}/online`))?.at(-1) ?? 0;
  if (cpu === 0) return 'this machine has one CPU online';
  const path = `${directory}/cpu${cpu}/online`;
  const pinned = pinnedTo(cpu);
  // The kernel lets them run anywhere when their last CPU goes, and does not pin them again.
  if (pinned.length > 0) return `CPU ${cpu} has processes pinned to it: ${pinned.join(', ')}`;
  const on = () => writeFileSync(path, '1');
  try {
    on();
  } catch (error) {
    return `the kernel does not let CPU ${cpu} be switched: ${(error as Error).message}`;
  }
  return {
    cpu,
    on,
    off: () => {
      const words = ['-c', 'sleep 5; echo 1 > "$0"', path];
      spawn('sh', words, { detached: true, stdio: 'ignore' }).unref();
      onTestFinished(on);
      writeFileSync(path, '0');
    },
  };
}

/**
 * Names of the programs that may run on this CPU only; threads of the kernel have no command line.
 */
function pinnedTo(cpu: number): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      const isPinned = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] === String(cpu);
      const isProgram = firstLine(`/proc/${pid}/cmdline`) !== '';
      return isPinned && isProgram ? [firstLine(`/proc/${pid}/comm`)] : [];
    } catch {
      return [];
    }
  });
}
