import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type CpuFacts, cpuFacts, cpuLimitText } from './cpu-facts.ts';
import { readAnswer } from './probe-answer.ts';
import { probeScript } from './probe-script.ts';

const factsOf = (...lines: readonly string[]): CpuFacts => cpuFacts(readAnswer(lines.join('\n')));

test.each([
  ['all are allowed', ['online=0-5', 'allowed=\t0-11'], [0, 1, 2, 3, 4, 5], null],
  ['a kernel that does not tell', ['online=0-1'], [0, 1], null],
  [
    'isolated',
    ['online=0-5', 'allowed=\t0-3', 'isolated=4-5', 'cpuset=0-5', 'cpugroup=/'],
    [0, 1, 2, 3],
    '4 of 6 online CPUs may be used (0, 1, 2, 3): the others are isolated (isolcpus of the kernel command line)',
  ],
  [
    'a cpuset',
    ['online=0-5', 'allowed=\t0-1', 'isolated=', 'cpuset=0-1', 'cpugroup=/user.slice'],
    [0, 1],
    '2 of 6 online CPUs may be used (0, 1): the cpuset of its control group /user.slice',
  ],
  [
    'an affinity',
    ['online=0-5', 'allowed=\t5', 'isolated=', 'cpuset=0-5', 'cpugroup=/'],
    [5],
    '1 of 6 online CPUs may be used (5): an affinity set before the login (taskset, CPUAffinity= of systemd)',
  ],
] as const)('CPUs that a login may use: %s', (_what, lines, allowed, text) => {
  const facts = factsOf(...lines);
  expect(facts.allowed).toEqual(allowed);
  expect(cpuLimitText(facts)).toBe(text);
});

test.each([
  ['none', [], null],
  ['no limit, of either version', ['quota=max 100000', 'quota=-1 100000'], null],
  ['the smallest of all groups above', ['quota=150000 100000', 'quota=50000 100000'], 0.5],
  ['what cannot be', ['quota=', 'quota=1', 'quota=1 0', 'quota=x 100000'], null],
] as const)('CPU quotas of control groups: %s', (_what, lines, quota) => {
  expect(factsOf('online=0-1', ...lines).quota).toBe(quota);
});

test('a shell that taskset holds to one CPU says so in the probe', ({ skip }) => {
  if (spawnSync('taskset', ['--version']).error) return skip('taskset is not installed');
  const probe = ['-c', '0', 'sh', '-c', probeScript()];
  const output = execFileSync('taskset', probe, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const { online, allowed, limit } = cpuFacts(readAnswer(output));
  expect(allowed).toEqual([0]);
  expect(limit).toEqual(online.length > 1 ? { by: 'affinity', group: null } : null);
});
