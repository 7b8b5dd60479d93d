import { join } from 'node:path';
import { openSpool } from '../../host/archive/journal-spool.ts';
import { plainBoard } from '../../host/fleet/fleet-board.ts';
import { MAX_CONNECTS } from '../../host/fleet/fleet-lanes.ts';
import type { FleetRecord } from '../../host/fleet/fleet-record.ts';
import { createFleet } from '../../host/fleet/fleet-store.ts';
import { runFleet } from '../../host/fleet/run-fleet.ts';
import type { Link } from '../../host/link/link.ts';
import { resolveTarget } from '../../host/reach/config/resolve-target.ts';
import { connectBoard } from '../../host/reach/ssh2/connect.ts';
import { silentPrompter } from '../../host/reach/trust/prompter.ts';
import { concludeRun } from '../../host/run/conclude.ts';
import { Connection } from '../../host/run/connection.ts';
import { followToEnd } from '../../host/run/follow.ts';
import { withConnections } from '../../host/run/with-connections.ts';
import { simulatedPlan } from './simulated-journal.ts';

const never = new AbortController().signal;

export async function connect(
  name: string,
  configFile: string,
  signal?: AbortSignal,
): Promise<Link> {
  const target = await resolveTarget(name, { configFile, environment: process.env });
  const options = { prompter: silentPrompter, hostKeyPolicy: 'ask' as const };
  return await connectBoard(target, { ...options, ...(signal && { signal }) });
}

/** What following cost this process, and what came of it. */
export interface Followed {
  readonly record: FleetRecord;
  readonly runs: string;
  readonly done: number;
  readonly events: number;
  readonly wallMs: number;
  readonly allConnectedMs: number;
  /** Share of one CPU. */
  readonly cpuShare: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/**
 * Follows the runs of that many simulated boards by the fleet's own engine; saves them where asked
 * to.
 */
export async function followBoards(
  count: number,
  directory: string,
  isSaving = false,
): Promise<Followed> {
  const runs = join(directory, `runs-${count}`);
  const boards = Array.from({ length: count }, (_, i) => plainBoard(`sim-${i}`));
  const store = await createFleet(
    { runs, fleets: join(directory, 'fleets') },
    { name: null, toolVersion: '', options: {}, boards },
  );
  let events = 0;
  let allConnectedMs = 0;
  let connected = 0;
  const before = process.cpuUsage();
  const beganMs = performance.now();
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
        request.listener({ kind: 'planned', plan, estimateMs: 0 });
        const spool = await openSpool(runs, plan.runId, { isLean: true });
        try {
          const connection = new Connection(request, link);
          const start = {
            connection,
            stream: null,
            base: '/simulated',
            plan,
            spool,
            earlier: new Map(),
          };
          const followed = await followToEnd(request, start);
          if (!isSaving) return null;
          return await concludeRun(request, followed);
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
  const { rss, heapUsed } = process.memoryUsage();
  return {
    record: store.record,
    runs,
    done: states.filter(({ phase }) => phase === 'done').length,
    events,
    wallMs,
    allConnectedMs,
    cpuShare: (user + system) / 1000 / wallMs,
    rssBytes: rss,
    heapBytes: heapUsed,
  };
}
