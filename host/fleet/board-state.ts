import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { JournalEvent } from '../../agent/contract/events.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import type { BoardFacts } from '../board/facts.ts';
import type { RunEvent } from '../run/run-event.ts';
import type { BoardFailure } from './board-failure.ts';

/** How a board of a fleet run stands. `left`: its run goes on without us. */
const boardPhases = [
  'queued',
  'connecting',
  'preparing',
  'pushing',
  'waiting',
  'measuring',
  'saving',
  'done',
  'left',
  'cancelled',
  'failed',
  'unreachable',
] as const;
export type BoardPhase = (typeof boardPhases)[number];

/** The plan, as far as the rest of a run can be told from it. */
interface PlanSize {
  readonly cells: number;
  readonly maxBlocks: number;
  readonly totalBudgetMs: number | null;
}

/** All that is kept of a board while its run goes on: of one small size, however long the run. */
export interface BoardState {
  readonly name: string;
  readonly phase: BoardPhase;
  /** It has answered at least once. */
  readonly wasConnected: boolean;
  /** `Jetson Orin Nano`, null before the probe. */
  readonly model: string | null;
  readonly jetpack: string | null;
  readonly powerMode: string | null;
  readonly cpus: number;
  readonly runId: string | null;
  /** Share of the bytes that went out; null when nothing is being sent. */
  readonly pushed: number | null;
  readonly plan: PlanSize | null;
  readonly block: number;
  readonly cellsEnded: number;
  readonly processesDone: number;
  /** Cell of the process under way. */
  readonly cell: string | null;
  /** Median of the newest batch of iterations, nanoseconds. */
  readonly recentMedian_ns: number | null;
  readonly firstProcess_ns: number | null;
  readonly last_ns: number;
  /** Of that, building engines. */
  readonly built_ns: number;
  readonly note: string | null;
  readonly failure: BoardFailure | null;
}

export function initialState(name: string): BoardState {
  return {
    name,
    phase: 'queued',
    wasConnected: false,
    model: null,
    jetpack: null,
    powerMode: null,
    cpus: 0,
    runId: null,
    pushed: null,
    plan: null,
    block: 0,
    cellsEnded: 0,
    processesDone: 0,
    cell: null,
    recentMedian_ns: null,
    firstProcess_ns: null,
    last_ns: 0,
    built_ns: 0,
    note: null,
    failure: null,
  };
}

/** The state after one more event of the board's run. */
export function reduceBoard(state: BoardState, event: RunEvent): BoardState {
  switch (event.kind) {
    case 'connecting':
      // A connection that is made again takes nothing back.
      return state.phase === 'queued' ? { ...state, phase: 'connecting' } : state;
    case 'connected':
      return { ...state, phase: 'preparing', wasConnected: true };
    case 'probed':
      return { ...state, ...shownFacts(event.facts) };
    case 'planned':
      return { ...state, phase: 'waiting', ...planOf(event.plan) };
    case 'push': {
      const { state: step, sentBytes, totalBytes } = event.progress;
      if (step === 'done') return { ...state, phase: 'waiting', pushed: null };
      return { ...state, phase: 'pushing', pushed: totalBytes > 0 ? sentBytes / totalBytes : 0 };
    }
    case 'started':
      return { ...state, phase: 'measuring', runId: event.runId };
    case 'attached':
      return { ...state, phase: 'measuring', runId: event.run.runId };
    case 'journal':
      return reduceJournal(state, event.event);
    case 'note':
      return { ...state, note: cleanLine(event.text) };
    case 'turn':
      return event.heldBy === null
        ? { ...state, phase: 'preparing' }
        : { ...state, phase: 'waiting', note: cleanLine(`waiting: ${event.heldBy}`) };
    case 'preparing':
    case 'launching':
    case 'finished':
      return state;
    default:
      return event satisfies never;
  }
}

function shownFacts({ model, jetpack, powerMode, cpu }: BoardFacts): Partial<BoardState> {
  return { model, jetpack, powerMode, cpus: cpu.online.length };
}

function planOf({ runId, cells, effort }: Plan): Partial<BoardState> {
  const { maxBlocks, totalBudgetMs } = effort;
  return { runId, plan: { cells: cells.length, maxBlocks, totalBudgetMs } };
}

function reduceJournal(before: BoardState, event: JournalEvent): BoardState {
  const state = event.t_ns > before.last_ns ? { ...before, last_ns: event.t_ns } : before;
  switch (event.kind) {
    case 'process':
      return {
        ...state,
        cell: event.cell,
        block: event.block,
        firstProcess_ns: state.firstProcess_ns ?? event.t_ns,
      };
    case 'iter':
      return { ...state, recentMedian_ns: middle(event.dt_ns) ?? state.recentMedian_ns };
    case 'process-end':
      return { ...state, cell: null, processesDone: state.processesDone + 1 };
    case 'trtexec':
      return event.build.isCached
        ? state
        : { ...state, built_ns: state.built_ns + event.build.duration_ns };
    case 'cell':
      return { ...state, cellsEnded: state.cellsEnded + 1 };
    case 'warn':
    case 'error':
      return { ...state, note: cleanLine(event.text) };
    case 'bye':
      return { ...state, phase: 'saving' };
    default:
      return state;
  }
}

function middle(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

/** Processes that the plan still means to run at most, and the time for them by those that ran. */
export function restOf(state: BoardState): {
  readonly processes: number;
  readonly etaMs: number | null;
} {
  const { plan, processesDone, block, cellsEnded, firstProcess_ns, last_ns } = state;
  if (plan === null) return { processes: 0, etaMs: null };
  const later = Math.max(0, plan.maxBlocks - block - 1) * Math.max(0, plan.cells - cellsEnded);
  const now = Math.max(0, plan.cells * (block + 1) - processesDone);
  const processes = Math.min(later + now, plan.cells * plan.maxBlocks);
  if (firstProcess_ns === null || processesDone === 0) return { processes, etaMs: null };
  const elapsedMs = (last_ns - firstProcess_ns) / 1e6;
  const etaMs = (elapsedMs / processesDone) * processes;
  // As on the board, building engines is not of the budget.
  const measuringMs = elapsedMs - state.built_ns / 1e6;
  const left = plan.totalBudgetMs === null ? etaMs : plan.totalBudgetMs - measuringMs;
  return { processes, etaMs: Math.max(0, Math.min(etaMs, left)) };
}

/** Nothing more happens to it in this fleet run. */
export function isSettled({ phase }: BoardState): boolean {
  return ['done', 'left', 'cancelled', 'failed', 'unreachable'].includes(phase);
}
