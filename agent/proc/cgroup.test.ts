import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cpuQuota } from './cgroup.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/**
 * Files of /proc and /sys as kernels write them: control groups of this machine stay as they are.
 */
function rootWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'orin-cgroup-'));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const slice = 'sys/fs/cgroup/user.slice';
const version1 = '9:cpuset:/\n4:cpu,cpuacct:/user.slice\n0::/\n';

test.each([
  [
    'version 2, a slice above limits',
    {
      'proc/self/cgroup': '0::/user.slice/user-1.slice/x.scope\n',
      [`${slice}/cpu.max`]: '150000 100000\n',
      [`${slice}/user-1.slice/cpu.max`]: 'max 100000\n',
    },
    1.5,
  ],
  [
    'version 2, the smallest counts',
    {
      'proc/self/cgroup': '0::/user.slice/user-1.slice\n',
      [`${slice}/cpu.max`]: '300000 100000\n',
      [`${slice}/user-1.slice/cpu.max`]: '50000 100000\n',
    },
    0.5,
  ],
  [
    'version 2, no limit',
    { 'proc/self/cgroup': '0::/user.slice\n', [`${slice}/cpu.max`]: 'max 100000\n' },
    null,
  ],
  [
    'version 1',
    {
      'proc/self/cgroup': version1,
      'sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.cfs_quota_us': '200000\n',
      'sys/fs/cgroup/cpu,cpuacct/user.slice/cpu.cfs_period_us': '100000\n',
    },
    2,
  ],
  [
    'version 1, no limit',
    {
      'proc/self/cgroup': version1,
      'sys/fs/cgroup/cpu/user.slice/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/user.slice/cpu.cfs_period_us': '100000\n',
    },
    null,
  ],
  ['nothing that is readable', { 'proc/self/cgroup': 'odd\n1:cpu\n' }, null],
])('CPU time that control groups allow: %s', (_what, files, quota) => {
  expect(cpuQuota(rootWith(files as Record<string, string>))).toBe(quota);
});
