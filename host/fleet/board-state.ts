import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import type { BoardFacts } from '../board/facts.ts';
import type { RunState, RunStep } from '../journal/run-state.ts';
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
  readonly plan: Plan | null;
  /** As far as its journal was read; null before that. */
  readonly run: RunState | null;
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
    run: null,
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
      return { ...state, phase: 'waiting', plan: event.plan, runId: event.plan.runId };
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
      return withStep(state, event);
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

function withStep(before: BoardState, { run, change }: RunStep): BoardState {
  const state = { ...before, run };
  if (change.kind === 'notice') return { ...state, note: cleanLine(change.text) };
  return change.kind === 'ended' ? { ...state, phase: 'saving' } : state;
}

/** Nothing more happens to it in this fleet run. */
export function isSettled({ phase }: Pick<BoardState, 'phase'>): boolean {
  return ['done', 'left', 'cancelled', 'failed', 'unreachable'].includes(phase);
}
