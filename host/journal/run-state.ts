import type { EventOf } from '../../agent/contract/events.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import { BoardReadings } from './board-readings.ts';
import type { EndedProcess, ProcessState } from './process-state.ts';
import type { RunDepth } from './run-depth.ts';
import { noDetail, type RunDetail } from './run-detail.ts';

/** A cell of the plan, as far as it was measured. */
export interface CellState {
  /** Medians of its processes that count, in nanoseconds. */
  readonly medians_ns: readonly number[];
  readonly failed: number;
  /** Null while it is in the plan. */
  readonly ended: EventOf<'cell'>['reason'] | null;
}

/** The slowest iteration in one second of the run. */
interface Second {
  readonly at: number;
  readonly max_ns: number;
}

/** While the board cools down between two processes. */
export interface Cooling {
  readonly celsius: number;
  readonly limitC: number;
}

/**
 * A run as far as its journal has come; it never changes, the one after the next event is another.
 */
export interface RunState {
  readonly plan: Plan;
  /** The newest time of the board's clock. */
  readonly last_ns: number;
  /** When the first process began. */
  readonly firstProcess_ns: number | null;
  /** Time that building engines took. */
  readonly built_ns: number;
  readonly process: ProcessState | null;
  readonly cells: ReadonlyMap<string, CellState>;
  readonly processesDone: number;
  readonly coolingDown: Cooling | null;
  /** The newest seconds, as many as the depth keeps. */
  readonly seconds: readonly Second[];
  readonly readings: BoardReadings;
  /** Null where the depth has none. */
  readonly detail: RunDetail | null;
  /** The journal came to its end. */
  readonly isOver: boolean;
}

/** What one event changed, for whoever says so. */
export type RunChange =
  | { readonly kind: 'process-began' }
  | { readonly kind: 'iterations' }
  | { readonly kind: 'process-ended'; readonly ended: EndedProcess }
  | { readonly kind: 'cell-ended' }
  | { readonly kind: 'reading' }
  | { readonly kind: 'cooldown'; readonly cooldown: Cooldown }
  | { readonly kind: 'notice'; readonly isError: boolean; readonly text: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'other' };

/** A wait for the board to cool down. */
export interface Cooldown extends Cooling {
  readonly state: NonNullable<EventOf<'tele'>['cooldown']>['state'];
  readonly waitedMs: number;
}

/** A state, and what the event before it changed. */
export interface RunStep {
  readonly run: RunState;
  readonly change: RunChange;
}

/** A run of which no event has come. */
export function initialRun(plan: Plan, depth: RunDepth): RunState {
  return {
    plan,
    last_ns: 0,
    firstProcess_ns: null,
    built_ns: 0,
    process: null,
    cells: new Map(),
    processesDone: 0,
    coolingDown: null,
    seconds: [],
    readings: new BoardReadings(),
    detail: depth.hasDetail ? noDetail : null,
    isOver: false,
  };
}

const noCell: CellState = { medians_ns: [], failed: 0, ended: null };

/** @param run null: of no event, no cell was measured. */
export function cellOf(run: Pick<RunState, 'cells'> | null, id: string): CellState {
  return run?.cells.get(id) ?? noCell;
}

/** As the plan calls the cell. */
export function labelOf(plan: Plan | null, id: string): string {
  return plan?.cells.find((cell) => cell.id === id)?.label ?? id;
}
