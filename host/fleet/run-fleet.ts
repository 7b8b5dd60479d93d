import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoardFacts } from '../board/facts.ts';
import { OrinError } from '../errors.ts';
import { runDepths } from '../journal/run-depth.ts';
import type { Link } from '../link/link.ts';
import type { FollowRequest } from '../run/follow-request.ts';
import type { RunEvent } from '../run/run-event.ts';
import type { RunOutcome } from '../run/run-outcome.ts';
import { failureInResult, failureOf } from './board-failure.ts';
import type { BoardOrders } from './board-orders.ts';
import { type BoardState, initialState, reduceBoard } from './board-state.ts';
import { unmetExpectations } from './expectations.ts';
import type { FleetBoard } from './fleet-board.ts';
import { type FleetLanes, fleetLanes, type LaneLimits } from './fleet-lanes.ts';
import type { BoardRecord } from './fleet-record.ts';
import type { FleetStore } from './fleet-store.ts';

/** A board's state after a change, and what changed it; null where we did. */
export interface FleetChange {
  readonly board: FleetBoard;
  readonly before: BoardState;
  readonly state: BoardState;
  readonly event: RunEvent | null;
}

export interface FleetRequest {
  readonly store: FleetStore;
  /** Those of the store's boards that something is to be done with now. */
  readonly boards: readonly BoardRecord[];
  /** Opens a connection; asks its questions, if any, one at a time. */
  readonly connect: (
    board: FleetBoard,
    signal: AbortSignal,
    listener: (event: RunEvent) => void,
  ) => Promise<Link>;
  /** What is done with one board: benchmarks it, attaches to it. Null for no run at all. */
  readonly work: (board: BoardRecord, follow: FollowRequest) => Promise<RunOutcome | null>;
  readonly directories: { readonly runs: string };
  readonly limits: LaneLimits;
  /** The first board that fails stops the others, keeping what they measured. */
  readonly isFailFast: boolean;
  readonly listener: (change: FleetChange) => void;
  /** Fires to stop all runs, keeping what was measured. */
  readonly signal: AbortSignal;
  /** Fires to leave: all runs go on without us. */
  readonly leave: AbortSignal;
  /**
   * Somebody who watches may order single boards to stop or to go again; the fleet run then ends
   * when they say so.
   */
  readonly orders?: BoardOrders;
}

/**
 * Does the same with many boards, each for itself: whatever happens to one is told, kept, and no
 * matter to the others. Memory holds a small state for each board; journals go to the disk.
 * @throws OrinError `results-unwritable` when not even the fleet run can be written down.
 */
export async function runFleet(request: FleetRequest): Promise<readonly BoardState[]> {
  // One controller for all: the person stops it, and so does the first failure where that is asked
  // for.
  const stop = new AbortController();
  const stopAll = () => stop.abort(request.signal.reason);
  if (request.signal.aborted) stopAll();
  request.signal.addEventListener('abort', stopAll, { once: true });
  // Every board hangs on them, however many there are.
  setMaxListeners(0, stop.signal, request.leave);
  const lanes = fleetLanes(request.limits);
  const settled = request.boards.map((record) => runBoard(request, record, lanes, stop));
  // One that cannot be written down must not end this while others still run.
  const outcomes = await Promise.allSettled(settled);
  request.signal.removeEventListener('abort', stopAll);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** One board, as often as it is ordered to go again. */
async function runBoard(
  request: FleetRequest,
  record: BoardRecord,
  lanes: FleetLanes,
  stop: AbortController,
): Promise<BoardState> {
  const { orders, store, leave } = request;
  const { name } = record.board;
  let state = initialState(name);
  for (let now = record; ; ) {
    const signal = orders?.turn(name, stop.signal) ?? stop.signal;
    setMaxListeners(0, signal);
    state = await new FleetMember(request, now, lanes, { signal, state }).run();
    const isBad = state.phase === 'failed' || state.phase === 'unreachable';
    if (isBad && request.isFailFast) stop.abort(new DOMException('a board failed', 'AbortError'));
    if (!(await orders?.again(name, [stop.signal, leave]))) return state;
    now = store.record.boards.find(({ board }) => board.name === name) ?? record;
  }
}

/**
 * A board that went away before it answered may only have been too busy: sshd drops connections at
 * random then.
 */
const CONNECT_TRIES = 3;
const RETRY_MS = 500;

class FleetMember {
  readonly #request: FleetRequest;
  readonly #record: BoardRecord;
  readonly #lanes: FleetLanes;
  readonly #signal: AbortSignal;
  #state: BoardState;
  #written: Promise<void> = Promise.resolve();

  /** @param turn its signal, and the state that the turn before it ended in. */
  constructor(
    request: FleetRequest,
    record: BoardRecord,
    lanes: FleetLanes,
    turn: { readonly signal: AbortSignal; readonly state: BoardState },
  ) {
    this.#request = request;
    this.#record = record;
    this.#lanes = lanes;
    this.#signal = turn.signal;
    this.#state = turn.state;
  }

  async run(): Promise<BoardState> {
    if (this.#state.phase !== 'queued') this.#settle(initialState(this.#record.board.name));
    this.#write({ attempts: this.#record.attempts + 1 });
    try {
      const outcome = await this.#request.work(this.#record, this.#followRequest());
      await this.#conclude(outcome);
    } catch (error) {
      await this.#fail(error);
    }
    await this.#written;
    return this.#state;
  }

  #followRequest(): FollowRequest {
    return {
      board: this.#record.board.name,
      connect: (signal) => this.#connect(signal),
      directories: this.#request.directories,
      listener: (event) => this.#hear(event),
      depth: runDepths.fleet,
      signal: this.#signal,
      leave: this.#request.leave,
      lanes: {
        ...this.#lanes,
        // Its id is on the disk before it is started: whoever kills this program then finds the
        // run.
        run: (signal, work) =>
          this.#lanes.run(signal, async () => {
            await this.#written;
            return await work();
          }),
      },
    };
  }

  async #connect(signal: AbortSignal): Promise<Link> {
    const { board } = this.#record;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#lanes.connect(signal, () =>
          this.#request.connect(board, signal, (event) => this.#hear(event)),
        );
      } catch (error) {
        const isDropped = error instanceof OrinError && error.code === 'connection-lost';
        if (!isDropped || attempt === CONNECT_TRIES) throw error;
      }
      await sleep(RETRY_MS * attempt * (0.5 + Math.random()), undefined, { signal });
    }
  }

  #hear(event: RunEvent): void {
    this.#become(reduceBoard(this.#state, event), event);
    if (event.kind === 'probed') this.#checkExpectations(event.facts);
    if (event.kind === 'planned') {
      // Before it is started: from then on a run may be there.
      this.#write({ runId: event.plan.runId, isSaved: false, failure: null });
    }
    if (event.kind === 'started' || event.kind === 'attached') this.#write({ outcome: 'running' });
  }

  #checkExpectations(facts: BoardFacts): void {
    for (const text of unmetExpectations(this.#record.board.expect, facts)) {
      this.#hear({ kind: 'note', text });
    }
  }

  async #conclude(outcome: RunOutcome | null): Promise<void> {
    if (outcome === null) return this.#settle({ phase: 'done' });
    if (outcome.kind === 'left') {
      this.#settle({ phase: 'left' });
      return this.#write({ outcome: 'left' });
    }
    const { run_id: runId, run } = outcome.result;
    const found = failureInResult(outcome.result);
    // One that was stopped before it had begun to listen is cut, and that is no fault of the board.
    const isStopped = run.ended === 'cancelled' || (found !== null && this.#signal.aborted);
    const failure = isStopped ? null : found;
    const phase = isStopped ? 'cancelled' : failure === null ? 'done' : 'failed';
    this.#settle({ phase, failure, runId });
    this.#write({ outcome: phase, runId, isSaved: true, failure });
  }

  async #fail(error: unknown): Promise<void> {
    // Whatever goes wrong after we asked it to stop is what was asked for.
    if (this.#signal.aborted || this.#request.leave.aborted) {
      this.#settle({ phase: 'cancelled' });
      return this.#write({ outcome: this.#isStarted() ? 'left' : 'cancelled' });
    }
    const failure = failureOf(error, this.#state.wasConnected);
    const phase = failure.isUnreachable ? 'unreachable' : 'failed';
    this.#settle({ phase, failure });
    this.#write({ outcome: phase, failure });
  }

  #isStarted(): boolean {
    return this.#state.phase === 'measuring' || this.#state.phase === 'saving';
  }

  #settle(change: Partial<BoardState>): void {
    this.#become({ ...this.#state, ...change }, null);
  }

  #become(state: BoardState, event: RunEvent | null): void {
    const before = this.#state;
    this.#state = state;
    this.#request.listener({ board: this.#record.board, before, state, event });
  }

  #write(change: Partial<Omit<BoardRecord, 'board'>>): void {
    const written = this.#request.store.update(this.#record.board.name, change);
    this.#written = Promise.all([this.#written, written]).then(() => undefined);
    // Awaited at the end of `run`.
    this.#written.catch(() => undefined);
  }
}
