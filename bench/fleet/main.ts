// What a fleet costs this machine.
// 1. Following 1, 25 and 100 simulated boards at 4 events a second each: CPU share and memory of the program, by the fleet's own engine.
// 2. Connecting and running `true` on all of them, against a loop of the OpenSSH client with as many at once; interleaved pairs.
// 3. With `--real`: `fleet` on real sshd processes, with a real model, end to end (needs `npm run build`).
// Run: npx tsx bench/fleet/main.ts [--boards 100] [--events 60] [--real 8]
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import PQueue from 'p-queue';
import { median } from '../../agent/statistics/quantile.ts';
import { plainBoard } from '../../host/fleet/fleet-board.ts';
import { MAX_CONNECTS } from '../../host/fleet/fleet-lanes.ts';
import { createFleet } from '../../host/fleet/fleet-store.ts';
import { runFleet } from '../../host/fleet/run-fleet.ts';
import type { Link } from '../../host/link/link.ts';
import { followToEnd } from '../../host/run/follow.ts';
import { openSpool } from '../../host/run/journal-spool.ts';
import { withConnections } from '../../host/run/with-connections.ts';
import { connectBoard } from '../../host/ssh/connect.ts';
import { silentPrompter } from '../../host/ssh/prompter.ts';
import { resolveTarget } from '../../host/ssh/resolve-target.ts';
import { startBoards } from '../../test/support/boards.ts';
import { makeCli } from '../../test/support/cli.ts';
import { simulatedPlan } from './simulated-journal.ts';

const { values } = parseArgs({
  options: {
    boards: { type: 'string', default: '100' },
    events: { type: 'string', default: '60' },
    real: { type: 'string', default: '0' },
  },
});
const most = Number(values.boards);
const PAIRS = 3;
const never = new AbortController().signal;
const run = promisify(execFile);

async function connect(name: string, configFile: string, signal?: AbortSignal): Promise<Link> {
  const target = await resolveTarget(name, { configFile, environment: process.env });
  const options = { prompter: silentPrompter, hostKeyPolicy: 'ask' as const };
  return await connectBoard(target, { ...options, ...(signal && { signal }) });
}

async function followBoards(count: number, directory: string): Promise<void> {
  const runs = join(directory, 'runs');
  const boards = Array.from({ length: count }, (_, i) => plainBoard(`sim-${i}`));
  const store = await createFleet(
    { runs, fleets: join(directory, 'fleets') },
    { name: null, toolVersion: '', options: {}, boards },
  );
  let events = 0;
  let allConnectedMs = 0;
  const before = process.cpuUsage();
  const beganMs = performance.now();
  let connected = 0;
  const states = await runFleet({
    store,
    boards: store.record.boards,
    connect: ({ host }, signal) => connect(host, join(directory, 'ssh_config'), signal),
    work: async ({ board }, follow) =>
      await withConnections(follow, async (request) => {
        const plan = simulatedPlan(Number(board.name.slice(4)));
        const link = await request.connect(request.signal);
        connected += 1;
        if (connected === count) allConnectedMs = performance.now() - beganMs;
        const spool = await openSpool(runs, plan.runId, 1, true);
        try {
          await followToEnd(request, { link, stream: null, base: '/simulated', plan, spool });
          return null;
        } finally {
          await spool.discard();
        }
      }),
    directories: { runs },
    limits: { connects: MAX_CONNECTS, pushes: 4, runs: Number.POSITIVE_INFINITY },
    isFailFast: false,
    listener: ({ event }) => {
      if (event?.kind === 'journal') events += 1;
    },
    signal: never,
    leave: never,
  });
  const wallMs = performance.now() - beganMs;
  const { user, system } = process.cpuUsage(before);
  const done = states.filter(({ phase }) => phase === 'done').length;
  const { rss, heapUsed } = process.memoryUsage();
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(
    `${String(count).padStart(4)} boards: ${done} done, ${events} events in ${(wallMs / 1000).toFixed(1)} s, ` +
      `connected in ${(allConnectedMs / 1000).toFixed(2)} s, CPU ${(((user + system) / 1000 / wallMs) * 100).toFixed(1)} % of one, ` +
      `RSS ${mb(rss)}, heap ${mb(heapUsed)}`,
  );
}

async function onAll(names: readonly string[], one: (name: string) => Promise<void>) {
  const queue = new PQueue({ concurrency: MAX_CONNECTS });
  const beganMs = performance.now();
  await queue.addAll(names.map((name) => () => one(name)));
  return performance.now() - beganMs;
}

/** Connect, run `true`, leave, on all boards. */
async function compareWithOpenSsh(names: readonly string[], configFile: string): Promise<void> {
  const ours = () =>
    onAll(names, async (name) => {
      const link = await connect(name, configFile);
      const { stdin, stdout, stderr, exit } = await link.start('true');
      stdin.end();
      stdout.resume();
      stderr.resume();
      await exit;
      await link.end();
    });
  const theirs = () =>
    onAll(names, async (name) => {
      await run('ssh', ['-F', configFile, '-o', 'BatchMode=yes', name, 'true']);
    });
  const took = { ours: [] as number[], theirs: [] as number[] };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const order = pair % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
    for (const who of order) took[who].push(await (who === 'ours' ? ours() : theirs()));
  }
  console.log(
    `connect and run true on ${names.length}, ${MAX_CONNECTS} at once: ours ${median(took.ours).toFixed(0)} ms, ` +
      `OpenSSH's client ${median(took.theirs).toFixed(0)} ms (medians of ${PAIRS} interleaved)`,
  );
}

async function realBoards(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => `orin-${i + 1}`);
  const boards = await startBoards(Object.fromEntries(names.map((name) => [name, {}])));
  const cli = await makeCli();
  try {
    const model = ['--model', 'mlp-tiny', '--threads', '1', '--quick', '--blocks', '1'];
    const beganMs = performance.now();
    const { code, stdout } = await cli.run(['fleet', ...names, '-F', boards.configFile, ...model]);
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
    console.log(`${count} real boards: exit code ${code} after ${seconds} s\n${stdout}`);
  } finally {
    await boards.stop();
    await cli.remove();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'orin-bench-fleet-'));
const simulated = spawn(
  process.execPath,
  ['--import', 'tsx', 'bench/fleet/simulated-boards.ts', directory, String(most), values.events],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  await once(simulated.stdout, 'data');
  for (const count of [1, 25, 100].filter((size) => size <= most)) {
    await followBoards(count, directory);
  }
  const names = Array.from({ length: most }, (_, i) => `sim-${i}`);
  await compareWithOpenSsh(names, join(directory, 'ssh_config'));
} finally {
  simulated.kill();
  rmSync(directory, { recursive: true, force: true });
}
if (Number(values.real) > 0) await realBoards(Number(values.real));
