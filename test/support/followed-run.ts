import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan } from '../../agent/contract/plan.ts';
import { readBootId } from '../../agent/proc/process-table.ts';
import { openSpool } from '../../host/archive/journal-spool.ts';
import { runDepths } from '../../host/journal/run-depth.ts';
import type { BoardLimits } from '../../host/link/board-limits.ts';
import type { Link } from '../../host/link/link.ts';
import { concludeRun } from '../../host/run/conclude.ts';
import { Connection } from '../../host/run/connection.ts';
import { followToEnd } from '../../host/run/follow.ts';
import type { FollowRequest } from '../../host/run/follow-request.ts';
import type { Lanes } from '../../host/run/lanes.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import type { RunOutcome } from '../../host/run/run-outcome.ts';
import { withConnections } from '../../host/run/with-connections.ts';
import { JournalBuilder, testCell, testPlan } from './journal-builder.ts';
import { blocks } from './journal-runs.ts';

const thisBoot = readBootId();

/** A plan of two cells and a journal of some 300 kB, started in the boot of that id. */
export function makeRun(bootId = thisBoot): {
  readonly plan: Plan;
  readonly journal: JournalBuilder;
} {
  const plan = testPlan([testCell('a'), testCell('b')]);
  return { plan, journal: blocks(new JournalBuilder(plan, bootId), { a: 1e6, b: 2e6 }, 8) };
}

/** A run's directory on a board, without an agent. */
export class LaidRun {
  readonly base: string;
  readonly directory: string;
  #supervisor: ChildProcess | null = null;

  private constructor(base: string, directory: string) {
    this.base = base;
    this.directory = directory;
  }

  /** In a base directory of its own below `home`. */
  static async lay(home: string, plan: Plan, journal: Uint8Array): Promise<LaidRun> {
    const base = await mkdtemp(join(home, 'base-'));
    const run = new LaidRun(base, join(base, 'runs', plan.runId));
    await mkdir(run.directory, { recursive: true });
    await writeFile(join(run.directory, 'plan.json'), JSON.stringify(plan));
    await writeFile(run.journalPath, journal);
    await writeFile(join(run.directory, 'mpstat.log'), 'what mpstat said\n');
    return run;
  }

  get journalPath(): string {
    return join(this.directory, 'journal.ndjson');
  }

  /** A process that looks like the run's supervisor, until `endSupervisor`. */
  async startSupervisor(): Promise<void> {
    const script = 'echo up; read x';
    this.#supervisor = spawn('sh', ['-c', script, 'agent.cjs', this.directory], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    if (this.#supervisor.stdout) await once(this.#supervisor.stdout, 'data');
    await writeFile(join(this.directory, 'pid'), `${this.#supervisor.pid}\n`);
  }

  async endSupervisor(): Promise<void> {
    const supervisor = this.#supervisor;
    this.#supervisor = null;
    if (supervisor === null || supervisor.exitCode !== null) return;
    supervisor.stdin?.end();
    await once(supervisor, 'exit');
  }

  /** Pids of the commands that stream its journal. */
  async readers(): Promise<number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const found = await Promise.all(
      pids.map(async (pid) => {
        const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        return /^tail\0/.test(command) && command.includes(this.base) ? [Number(pid)] : [];
      }),
    );
    return found.flat();
  }
}

/** What following came to, and what a person was told meanwhile. */
export interface Followed {
  readonly outcome: RunOutcome;
  readonly notes: readonly string[];
  readonly events: number;
}

export interface FollowOptions {
  readonly connect: (signal: AbortSignal) => Promise<Link>;
  /** Where the run is saved. */
  readonly runs: string;
  readonly signal?: AbortSignal;
  readonly leave?: AbortSignal;
  readonly lanes?: Lanes;
  readonly limits?: BoardLimits;
  /** Called with the first connection, before anything is asked of it. */
  readonly onConnected?: () => void;
  readonly onEvent?: (count: number, event: RunEvent) => void;
}

/** Follows a laid run the way `attach` does, to its saved result. */
export async function follow(run: LaidRun, plan: Plan, options: FollowOptions): Promise<Followed> {
  const notes: string[] = [];
  let events = 0;
  const request: FollowRequest = {
    board: 'board',
    connect: options.connect,
    directories: { runs: options.runs },
    listener: (event) => {
      if (event.kind === 'note') notes.push(event.text);
      if (event.kind !== 'journal') return;
      events += 1;
      options.onEvent?.(events, event);
    },
    depth: runDepths.view,
    signal: options.signal ?? new AbortController().signal,
    leave: options.leave ?? new AbortController().signal,
    ...(options.lanes && { lanes: options.lanes }),
    ...(options.limits && { limits: options.limits }),
  };
  const outcome = await withConnections(request, async (connected) => {
    const link = await connected.connect(request.leave);
    options.onConnected?.();
    const spool = await openSpool(options.runs, plan.runId, { limits: options.limits });
    try {
      const connection = new Connection(connected, link);
      const start = { connection, stream: null, base: run.base, plan, spool, earlier: new Map() };
      return await concludeRun(connected, await followToEnd(connected, start));
    } finally {
      await spool.discard();
    }
  });
  return { outcome, notes, events };
}

/** A fresh directory for saved runs below `home`. */
export async function freshRuns(home: string): Promise<string> {
  return await mkdtemp(join(home, 'runs-'));
}

export async function removeAll(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

/** Whether there is anything at that path. */
export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
