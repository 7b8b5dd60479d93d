import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { encodeEvent } from '../agent/contract/wire.ts';
import { resultFromJournal } from '../host/analysis/compute.ts';
import { cpuFacts, cpuLimitTexts } from '../host/board/cpu-facts.ts';
import { readAnswer } from '../host/board/probe-answer.ts';
import { probeScript } from '../host/board/probe-script.ts';
import { readJournal } from '../host/journal/journal.ts';
import { shortEffort, TestBoard } from './support/board.ts';
import { type ControlGroup, makeControlGroup } from './support/control-group.ts';
import { mlp, mlpCells } from './support/mlp-cells.ts';

// Real control groups of this machine, as a login would be in one.

const board = new TestBoard();
const mlpCell = mlpCells(board);
const effort = { ...shortEffort, minBlocks: 1, maxBlocks: 1 };
const made: ControlGroup[] = [];

beforeAll(() => board.install());
afterEach(() => {
  board.stopAll();
  for (const group of made.splice(0)) group.remove();
});
afterAll(() => board.remove());

function groupOrReason(...asked: Parameters<typeof makeControlGroup>): ControlGroup | string {
  const group = makeControlGroup(...asked);
  if (typeof group !== 'string') made.push(group);
  return group;
}

function probeIn({ words }: ControlGroup) {
  const [program = '', ...rest] = [...words, 'sh', '-c', probeScript()];
  const options = { encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  return cpuFacts(readAnswer(execFileSync(program, rest, options)));
}

async function resultIn({ words }: ControlGroup, threads: number) {
  const run = board.start(board.plan([mlp], [mlpCell('a', { threads })], { effort }), { words });
  expect(await run.exit).toBe(0);
  return resultFromJournal(readJournal(Buffer.from(run.events().map(encodeEvent).join(''))));
}

test('a cpuset of the login limits its CPUs, and is told by name', async ({ skip }) => {
  const group = groupOrReason('cpuset', {
    version1: { 'cpuset.cpus': '0', 'cpuset.mems': '0' },
    version2: { 'cpuset.cpus': '0' },
  });
  if (typeof group === 'string') return skip(group);
  const facts = probeIn(group);
  if (facts.online.length === 1) return skip('this machine has one CPU online');
  expect(facts.allowed).toEqual([0]);
  expect(facts.limit).toEqual({ by: 'cpuset', group: group.name });
  expect(cpuLimitTexts(facts)).toEqual([
    `1 of ${facts.online.length} online CPUs may be used (0): the cpuset of its control group ${group.name}`,
  ]);
  const { warnings } = await resultIn(group, 2);
  const crowded = warnings.filter(({ code }) => code === 'threads-exceed-cpus');
  expect(crowded.map((each) => each.text)).toEqual([
    '2 threads ran on 1 CPU: this measures how they take turns',
  ]);
});

test('a CPU quota of the login is told before and after it is measured under', async ({ skip }) => {
  const group = groupOrReason('cpu', {
    version1: { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '50000' },
    version2: { 'cpu.max': '50000 100000' },
  });
  if (typeof group === 'string') return skip(group);
  const facts = probeIn(group);
  expect(facts).toMatchObject({ quota: 0.5, limit: null });
  const text = "a control group allows 0.5 CPUs' worth of time (a CPU quota)";
  expect(cpuLimitTexts(facts)).toEqual([text]);
  const { cells, warnings } = await resultIn(group, 1);
  expect(cells[0]?.conditions?.scheduling).toMatchObject([{ cpu_quota: 0.5 }]);
  const told = warnings.filter(({ code }) => code === 'scheduling').map((each) => each.text);
  expect(told).toEqual([expect.stringMatching(/control group that allows 0\.50* CPUs' worth/)]);
});
