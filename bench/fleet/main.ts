// What a fleet costs this machine, and what it loses. follow: 1, 25, 100 and 200 simulated boards
// at 4 events a second each: CPU share and memory of the program, time of all against one. faults:
// 200 simulated boards whose runs are saved, a fifth of them cut, killed, full, slow or lying;
// fails when an iteration is lost. connect: connecting and running `true` on 100, against a loop of
// the OpenSSH client and parallel-ssh, interleaved. real: 25 real sshd processes with a real model,
// end to end (needs `npm run build`). Run: npm run bench -- bench/fleet/main.ts [--parts
// follow,faults,connect,real] [--boards 200] [--events 60] [--real 25]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareConnects } from './compare-connects.ts';
import { auditFaultRun } from './fault-run.ts';
import { type Followed, followBoards } from './follow-boards.ts';
import { measureRealBoards } from './real-boards.ts';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'follow,faults,connect,real' },
    boards: { type: 'string', default: '200' },
    events: { type: 'string', default: '60' },
    real: { type: 'string', default: '25' },
  },
});
const most = Number(values.boards);
const parts = values.parts.split(',');

/** With simulated boards of their own: a run of theirs begins once. */
async function withBoards<T>(
  count: number,
  work: (directory: string) => Promise<T>,
  ...more: string[]
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'orin-bench-fleet-'));
  const words = [directory, String(count), values.events, ...more];
  const simulated = spawn(
    process.execPath,
    ['--import', 'tsx', '--import', './sh-loader.mjs', 'bench/fleet/simulated-boards.ts', ...words],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await once(simulated.stdout, 'data');
    return await work(directory);
  } finally {
    simulated.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

function figures(count: number, followed: Followed): string {
  const { wallMs, allConnectedMs, events, cpuShare, rssBytes, heapBytes, done } = followed;
  const mega = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(0)} MB`;
  return `${String(count).padStart(4)} boards: ${done} done, ${events} events in ${(wallMs / 1000).toFixed(1)} s, all connected after ${(allConnectedMs / 1000).toFixed(1)} s, ${(cpuShare * 100).toFixed(1)} % of a CPU, ${mega(rssBytes)} resident (${mega(heapBytes)} heap)`;
}

async function follow(): Promise<void> {
  const walls: number[] = [];
  const counts = [1, 25, 100, 200].filter((size) => size < most).concat(most);
  for (const count of counts) {
    const followed = await withBoards(count, (directory) => followBoards(count, directory));
    console.log(figures(count, followed));
    walls.push(followed.wallMs);
  }
  const ratio = (walls.at(-1) ?? 0) / (walls[0] ?? 1);
  console.log(`  ${most} boards take ${ratio.toFixed(2)} of the time of one`);
}

async function faults(): Promise<void> {
  const run = async (directory: string) => {
    const followed = await followBoards(most, directory, true);
    return { followed, audit: auditFaultRun(followed, directory) };
  };
  const { followed, audit } = await withBoards(most, run, 'faults');
  console.log(`a fifth of the boards with a fault, all saved\n${figures(most, followed)}`);
  console.log(audit.lines.join('\n'));
  if (audit.isLost) process.exitCode = 1;
}

if (parts.includes('follow')) await follow();
if (parts.includes('faults')) await faults();
if (parts.includes('connect')) {
  const count = Math.min(most, 100);
  const names = Array.from({ length: count }, (_, i) => `sim-${i}`);
  await withBoards(count, (directory) => compareConnects(names, directory));
}
if (parts.includes('real')) await measureRealBoards(Number(values.real));
