import type { JournalEvent } from '../../agent/contract/events.ts';
import type { BoardFailure } from '../../host/fleet/board-failure.ts';
import { type BoardState, initialState, reduceBoard } from '../../host/fleet/board-state.ts';
import { plainBoard } from '../../host/fleet/fleet-board.ts';
import type { FleetChange } from '../../host/fleet/run-fleet.ts';
import { runDepths } from '../../host/journal/run-depth.ts';
import { RunFold } from '../../host/journal/run-fold.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import { testCell, testPlan } from './journal-builder.ts';
import { orinFacts } from './live-run.ts';

const cells = [
  testCell('c1', { label: '1 thread', threads: 1, model: 'resnet34-cifar10' }),
  testCell('c2', { label: '6 threads', threads: 6, model: 'resnet34-cifar10' }),
];
const plan = {
  ...testPlan(cells, { maxBlocks: 5 }),
  models: [{ id: 'resnet34-cifar10', name: 'resnet34-cifar10', main: 'm.onnx', files: [] }],
};

const failure: BoardFailure = {
  code: 'run-cut',
  what: 'the run was cut',
  why: 'its journal has no end: the board or the supervisor died',
  next: 'orin-remote results show 20261123-101500-3fa9c1',
  isUnreachable: false,
};
const noAnswer: BoardFailure = {
  code: 'connect-timeout',
  what: 'connect timed out after 3 tries of 5 s',
  why: 'nothing answers at 192.168.7.42:22',
  next: 'orin-remote doctor orin-42.local',
  isUnreachable: true,
};

/** `orin-01.local` and so on; every third is in the lab. */
export function fleetBoards(count: number) {
  const digits = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, index) =>
    plainBoard(`orin-${String(index + 1).padStart(digits, '0')}.local`, {
      tags: index % 3 === 0 ? ['lab'] : ['office'],
    }),
  );
}

/** One board of the fleet as it is told: changes in order, as the engine makes them. */
export class ToldBoard {
  readonly board: FleetChange['board'];
  state: BoardState;
  readonly #fold = new RunFold(plan, runDepths.fleet);
  #seq = 0;
  #process = -1;
  #t_ns = 0;

  constructor(board: FleetChange['board']) {
    this.board = board;
    this.state = initialState(board.name);
  }

  tell(event: RunEvent): FleetChange {
    return this.#become(reduceBoard(this.state, event), event);
  }

  settle(change: Partial<BoardState>): FleetChange {
    return this.#become({ ...this.state, ...change }, null);
  }

  journal(event: Record<string, unknown> & { readonly kind: string }): FleetChange {
    const t_ns = this.#t_ns;
    const whole = { seq: this.#seq++, t_ns, ...event } as unknown as JournalEvent;
    return this.tell({ kind: 'journal', ...this.#fold.add(whole) });
  }

  connect(): FleetChange[] {
    return [
      this.tell({ kind: 'connecting', destination: `nvidia@${this.board.host}:22` }),
      this.tell({ kind: 'connected', elapsedMs: 200 }),
      this.tell({ kind: 'probed', facts: orinFacts }),
      this.tell({ kind: 'planned', plan, estimateMs: 60_000 }),
    ];
  }

  push(share: number): FleetChange {
    const progress = {
      state: 'sending' as const,
      file: 'node',
      sentBytes: share * 1e8,
      totalBytes: 1e8,
      bytesPerSecond: 8.1e6,
      elapsedMs: 1000,
      present: { files: 0, bytes: 0 },
    };
    return this.tell({ kind: 'push', progress });
  }

  start(): FleetChange[] {
    return [this.tell({ kind: 'started', runId: plan.runId })];
  }

  begin(cell = 'c1', block = 0): FleetChange[] {
    this.#process += 1;
    this.#t_ns += 1e9;
    const process = this.#process;
    return [
      this.journal({ kind: 'process', process, cell, block, pid: 1, cpusAllowed: '0-5' }),
      this.journal({ kind: 'phase', process, phase: 'steady' }),
    ];
  }

  /** Twenty iterations in a second of the board's time, of this duration and a little more each. */
  iterate(duration_ns: number): FleetChange {
    const dt_ns = Array.from({ length: 20 }, (_, index) => duration_ns + index * 100);
    const gap_ns = dt_ns.slice(1).map(() => 1_000);
    const t0_ns = this.#t_ns;
    this.#t_ns += 1e9;
    const process = this.#process;
    return this.journal({
      kind: 'iter',
      process,
      first: 0,
      t0_ns,
      dt_ns,
      gap_ns,
      preempted: [],
      faults: [],
    });
  }

  end(): FleetChange {
    return this.journal({
      kind: 'process-end',
      process: this.#process,
      outcome: 'ok',
      exitCode: 0,
      signal: null,
      iterations: 0,
      warmUpIterations: 0,
      message: '',
    });
  }

  fail(): FleetChange {
    return this.settle({ phase: 'failed', failure });
  }

  noAnswer(): FleetChange {
    return this.settle({ phase: 'unreachable', failure: noAnswer });
  }

  #become(state: BoardState, event: RunEvent | null): FleetChange {
    const before = this.state;
    this.state = state;
    return { board: this.board, before, state, event };
  }
}

/**
 * Changes that bring a fleet into the middle of its run: boards at every step, two that failed, one
 * that never answered.
 */
export function fleetChanges(count: number): FleetChange[] {
  return fleetBoards(count).flatMap((board, index) => {
    const told = new ToldBoard(board);
    const changes: FleetChange[] = [];
    const level_ns = 8.2e6 + ((index * 37) % 50) * 1e4;
    const measure = (processes: number) => {
      changes.push(...told.connect(), ...told.start());
      for (let at = 0; at < processes; at += 1) {
        changes.push(...told.begin('c1', at));
        for (let second = 0; second < 6; second += 1) {
          changes.push(told.iterate(level_ns * (1 + ((second * 7 + at) % 5) * 0.004)));
        }
        changes.push(told.end());
      }
    };
    const step = (index * 7) % 24;
    if (index % 50 === 2) {
      measure(1);
      changes.push(told.fail());
    } else if (index % 80 === 5) changes.push(told.noAnswer());
    else if (step < 9) {
      measure(3);
      changes.push(told.settle({ phase: 'done' }));
    } else if (step < 17) {
      measure(1 + (index % 3));
      changes.push(...told.begin('c1', 3), told.iterate(level_ns));
    } else if (step < 20) {
      changes.push(...told.connect(), told.push(((index * 31) % 100) / 100));
    } else if (step < 22) changes.push(...told.connect());
    return changes;
  });
}
