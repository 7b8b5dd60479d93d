import { readdirSync, readFileSync } from 'node:fs';

/** What the scheduler says of one thread, cumulative. */
export interface ThreadTimes {
  readonly tid: number;
  readonly run_ns: number;
  /** Runnable but waiting for a CPU. */
  readonly wait_ns: number;
}

/** Thread ids of this process. */
export function threadIds(): readonly number[] {
  return readdirSync('/proc/self/task')
    .map(Number)
    .sort((a, b) => a - b);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}

/**
 * Times of this process' threads (/proc/<pid>/task/<tid>/schedstat); threads that end meanwhile are
 * left out, and a kernel without CONFIG_SCHEDSTATS gives none at all.
 */
export function threadTimes(): readonly ThreadTimes[] {
  return threadIds().flatMap((tid) => {
    const text = readIfThere(`/proc/self/task/${tid}/schedstat`);
    if (text === null) return [];
    const [run_ns = 0, wait_ns = 0] = text.trim().split(' ').map(Number);
    return [{ tid, run_ns, wait_ns }];
  });
}

/** CPUs that a thread of this process may run on, as the kernel prints them: `0-3,5`. */
export function cpusAllowed(tid?: number): string {
  const status = readIfThere(
    tid === undefined ? '/proc/self/status' : `/proc/self/task/${tid}/status`,
  );
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(status ?? '')?.[1] ?? '';
}
