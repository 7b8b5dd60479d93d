import type { EventOf, JournalEvent } from '../../../agent/contract/events.ts';
import type { Plan } from '../../../agent/contract/plan.ts';
import type { BoardFacts } from '../../../host/board/facts.ts';
import type { Batches } from '../../../host/journal/steady-median.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import type { PushProgress } from '../../../host/store/push/progress.ts';

/** The process under way, as far as its events tell. */
export interface CurrentProcess {
  readonly cellLabel: string;
  readonly block: number;
  readonly isWarm: boolean;
  readonly iterations: number;
  readonly batches: Batches;
}

/** All that a progress display needs; a reducer's state, apart from how it is drawn. */
export interface ProgressState {
  readonly destination: string;
  readonly connectedMs: number | null;
  readonly facts: BoardFacts | null;
  readonly plan: Plan | null;
  readonly preparing: string | null;
  readonly push: PushProgress | null;
  readonly current: CurrentProcess | null;
  readonly processesDone: number;
  readonly processesFailed: number;
  /** Cells that left the plan before its last block. */
  readonly cellsEnded: ReadonlySet<string>;
  /** When the first process began and how far the run is, by the board's clock: right for a run attached late, too. */
  readonly firstProcess_ns: number | null;
  readonly last_ns: number;
  /** Of that, building engines. */
  readonly built_ns: number;
  readonly lastNote: string | null;
  /** While the board cools down between two processes. */
  readonly coolingDown: { readonly celsius: number; readonly limitC: number } | null;
}

export const initialProgress: ProgressState = {
  destination: '',
  connectedMs: null,
  facts: null,
  plan: null,
  preparing: null,
  push: null,
  current: null,
  processesDone: 0,
  processesFailed: 0,
  cellsEnded: new Set(),
  firstProcess_ns: null,
  last_ns: 0,
  built_ns: 0,
  lastNote: null,
  coolingDown: null,
};

/** The state after one more event. */
export function reduceProgress(state: ProgressState, event: RunEvent): ProgressState {
  switch (event.kind) {
    case 'connecting':
      return { ...state, destination: event.destination };
    case 'connected':
      return { ...state, connectedMs: event.elapsedMs };
    case 'probed':
      return { ...state, facts: event.facts };
    case 'preparing':
      return { ...state, preparing: event.what };
    case 'turn':
      return { ...state, preparing: event.heldBy === null ? null : `waiting: ${event.heldBy}` };
    case 'planned':
      return { ...state, plan: event.plan };
    case 'push':
      return { ...state, push: event.progress };
    case 'note':
      return { ...state, lastNote: event.text };
    case 'journal':
      return reduceJournal(passTime(state, event.event), event.event);
    case 'launching':
      return state;
    case 'started':
    case 'attached':
    case 'finished':
      return { ...state, preparing: null };
    default:
      return event satisfies never;
  }
}

/** Events are journalled in the order of writing, so that a time can be earlier than the one before. */
function passTime(state: ProgressState, { t_ns }: JournalEvent): ProgressState {
  return t_ns > state.last_ns ? { ...state, last_ns: t_ns } : state;
}

function reduceJournal(state: ProgressState, event: JournalEvent): ProgressState {
  switch (event.kind) {
    case 'tele':
      return event.cooldown === undefined
        ? state
        : { ...state, coolingDown: cooling(event.cooldown) };
    case 'process':
      return {
        ...state,
        coolingDown: null,
        current: startOf(event, state.plan),
        firstProcess_ns: state.firstProcess_ns ?? event.t_ns,
      };
    case 'phase':
      return event.phase === 'steady' ? withCurrent(state, { isWarm: true }) : state;
    case 'iter':
      return withCurrent(state, {
        iterations: event.first + event.dt_ns.length,
        batches: [...(state.current?.batches ?? []), event.dt_ns],
      });
    case 'process-end':
      return {
        ...state,
        current: null,
        processesDone: state.processesDone + 1,
        processesFailed: state.processesFailed + (event.outcome === 'ok' ? 0 : 1),
      };
    case 'trtexec':
      return event.build.isCached
        ? state
        : { ...state, built_ns: state.built_ns + event.build.duration_ns };
    case 'cell':
      return { ...state, cellsEnded: new Set([...state.cellsEnded, event.cell]) };
    case 'warn':
    case 'error':
      return { ...state, lastNote: event.text };
    default:
      return state;
  }
}

function cooling({
  state,
  milliC,
  limitMilliC,
}: NonNullable<EventOf<'tele'>['cooldown']>): ProgressState['coolingDown'] {
  if (state !== 'waiting') return null;
  return { celsius: milliC / 1000, limitC: limitMilliC / 1000 };
}

/** `cooling down, 47.2 °C to 41.0 °C` */
export function coolingText({
  celsius,
  limitC,
}: NonNullable<ProgressState['coolingDown']>): string {
  return `cooling down, ${celsius.toFixed(1)} °C to ${limitC.toFixed(1)} °C`;
}

function startOf(event: EventOf<'process'>, plan: Plan | null): CurrentProcess {
  const cell = plan?.cells.find((candidate) => candidate.id === event.cell);
  return {
    cellLabel: cell?.label ?? event.cell,
    block: event.block,
    isWarm: false,
    iterations: 0,
    batches: [],
  };
}

function withCurrent(state: ProgressState, change: Partial<CurrentProcess>): ProgressState {
  return state.current ? { ...state, current: { ...state.current, ...change } } : state;
}

/** How many processes the plan still means to run at most, and how long they take by those that ran. */
export function remaining(state: ProgressState): {
  readonly total: number;
  readonly etaMs: number | null;
} {
  const { plan } = state;
  if (!plan) return { total: 0, etaMs: null };
  const live = plan.cells.length - state.cellsEnded.size;
  const block = state.current?.block ?? 0;
  const left = Math.max(0, (plan.effort.maxBlocks - block - 1) * live);
  const leftOfBlock = Math.max(0, plan.cells.length * (block + 1) - state.processesDone);
  const toDo = Math.min(left + leftOfBlock, plan.cells.length * plan.effort.maxBlocks);
  const total = state.processesDone + toDo;
  if (state.firstProcess_ns === null || state.processesDone === 0) return { total, etaMs: null };
  const elapsedMs = (state.last_ns - state.firstProcess_ns) / 1e6;
  const perProcessMs = elapsedMs / state.processesDone;
  const byBudget = plan.effort.totalBudgetMs;
  const etaMs = perProcessMs * toDo;
  // As on the board, building engines is not of the budget.
  const left_ms = byBudget === null ? etaMs : byBudget - (elapsedMs - state.built_ns / 1e6);
  return { total, etaMs: Math.max(0, Math.min(etaMs, left_ms)) };
}
