import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { procPath } from './proc-path.ts';

/**
 * How many CPUs' worth of time the control groups of this process allow it, 1.5 say: the smallest
 * of its own and those above. Null where none is limited. Version 2: `cpu.max`, "quota period" in
 * microseconds; version 1: `cpu.cfs_quota_us` (cgroups(7), the kernel's sched-bwc.rst). `rootPath`
 * is `/`, but in tests.
 */
export function cpuQuota(rootPath: string): number | null {
  const lines = textAt(procPath(rootPath, 'self/cgroup')).split('\n');
  const quotas = lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === '') return above(path).map((each) => version2(rootPath, each));
    return controllers.split(',').includes('cpu')
      ? above(path).map((each) => version1(rootPath, controllers, each))
      : [];
  });
  const limits = quotas.filter((quota) => quota !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** The path itself and all above it. */
function above(path: string): string[] {
  return path === '/' ? ['/'] : [path, ...above(dirname(path))];
}

function version2(rootPath: string, path: string): number | null {
  for (const mount of ['', 'unified']) {
    const [quota, period] = textAt(join(rootPath, 'sys/fs/cgroup', mount, path, 'cpu.max')).split(
      ' ',
    );
    if (period !== undefined) return cpus(quota, period);
  }
  return null;
}

function version1(rootPath: string, controllers: string, path: string): number | null {
  for (const mount of [controllers, 'cpu']) {
    const directory = join(rootPath, 'sys/fs/cgroup', mount, path);
    const quota = textAt(join(directory, 'cpu.cfs_quota_us'));
    if (quota !== '') return cpus(quota, textAt(join(directory, 'cpu.cfs_period_us')));
  }
  return null;
}

/** `max` and -1 are no limit. */
function cpus(quota: string | undefined, period: string): number | null {
  const share = Number(quota) / Number(period);
  return share > 0 && Number.isFinite(share) ? share : null;
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
