import { cpuQuota } from './cgroup.ts';
import { statFields } from './process-table.ts';

/** SCHED_* of the kernel's uapi/linux/sched.h. */
const policies = ['other', 'fifo', 'rr', 'batch', '4', 'idle', 'deadline'] as const;

/** What a process inherits that decides how much of a CPU it gets. */
export interface Scheduling {
  /** -20 to 19. */
  readonly nice: number;
  /** `other` unless somebody chose: sched(7). */
  readonly policy: string;
  /** In CPUs; null: no limit. See `cpuQuota`. */
  readonly cpuQuota: number | null;
}

/** That of this process: proc_pid_stat(5), fields 19 and 41. `rootPath` is `/`, but in tests. */
export function scheduling(rootPath: string): Scheduling {
  // The first of these is field 3.
  const fields = statFields(process.pid) ?? [];
  const policy = Number(fields[38] ?? 0);
  return {
    nice: Number(fields[16] ?? 0),
    policy: policies[policy] ?? String(policy),
    cpuQuota: cpuQuota(rootPath),
  };
}
