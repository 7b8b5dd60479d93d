import { cleanLine } from '../../../agent/contract/clean-text.ts';
import type { EventOf, JournalEvent } from '../../../agent/contract/events.ts';
import {
  type RunningDistribution,
  runningDistribution,
} from '../../../host/analysis/statistics/running-estimate.ts';
import { engineWords } from '../../../host/journal/engine-words.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import {
  initialProgress,
  type ProgressState,
  reduceProgress,
} from '../../report/progress/progress-state.ts';
import { type BoardState, initialBoard, reduceFiles } from './board-state.ts';
import { type CpuState, initialCpu, reduceTele } from './cpu-state.ts';
import { type DisturbanceWatch, initialWatch, watchTele } from './disturbance-watch.ts';
import { type IrqState, initialIrq, reduceCounted, reduceEdge } from './irq-state.ts';
import { emptyTimeline, explain, extend, type Timeline } from './timeline.ts';

/** The process that is measured now; after its end, until the next one begins, the last. */
export interface LiveProcess {
  readonly process: number;
  readonly cell: string;
  readonly block: number;
  /** Null until the warm-up is over. */
  readonly steadyFrom_ns: number | null;
  /** Starts and durations of its newest iterations, warm-up included. */
  readonly starts_ns: readonly number[];
  readonly durations_ns: readonly number[];
  readonly iterations: number;
  /** Of its steady iterations so far; null before the first. */
  readonly steady: RunningDistribution | null;
  readonly isEnded: boolean;
}

/** A cell of the plan, as far as it was measured. */
export interface LiveCell {
  /** Medians of its processes that ended well, in nanoseconds. */
  readonly medians_ns: readonly number[];
  readonly failed: number;
  /** Null while it is in the plan. */
  readonly ended: EventOf<'cell'>['reason'] | null;
}

interface LiveNote {
  /** Since the run was asked for. */
  readonly elapsedMs: number;
  readonly kind: 'note' | 'failed';
  readonly text: string;
}

export interface Settled {
  readonly kind: 'done' | 'failed' | 'other';
  /** `done`, `failed`, `cancelled` */
  readonly word: string;
  readonly atMs: number;
}

/** All that the live view shows; a reducer's state over the stream that the progress lines read as well. */
export interface LiveState {
  /** Steps, plan and counts, as the progress lines have them. */
  readonly progress: ProgressState;
  readonly beganMs: number;
  readonly process: LiveProcess | null;
  readonly cells: ReadonlyMap<string, LiveCell>;
  readonly timeline: Timeline;
  readonly disturbances: DisturbanceWatch;
  readonly cpu: CpuState;
  readonly irq: IrqState;
  readonly board: BoardState;
  readonly notes: readonly LiveNote[];
  /** Null until the run was started on the board. */
  readonly runId: string | null;
  readonly isStopping: boolean;
  /** Its journal came to an end. */
  readonly isOver: boolean;
  /** How it came out, and when; null while it goes on. */
  readonly settled: Settled | null;
}

/** More of a process than this tells the view nothing new. */
const MAX_ITERATIONS = 20_000;
const MAX_NOTES = 200;

export function initialLive(nowMs: number): LiveState {
  return {
    progress: initialProgress,
    beganMs: nowMs,
    process: null,
    cells: new Map(),
    timeline: emptyTimeline,
    disturbances: initialWatch,
    cpu: initialCpu,
    irq: initialIrq,
    board: initialBoard,
    notes: [],
    runId: null,
    isStopping: false,
    isOver: false,
    settled: null,
  };
}

/** The state after one more event; `nowMs` is the workstation's clock, used for estimates only. */
export function reduceLive(state: LiveState, event: RunEvent, nowMs: number): LiveState {
  const next = { ...state, progress: progressAfter(state.progress, event) };
  if (event.kind === 'started') return { ...next, runId: event.runId };
  if (event.kind === 'attached') return { ...next, runId: event.run.runId };
  if (event.kind === 'note') return withNote(next, 'note', event.text, nowMs);
  if (event.kind === 'journal') return reduceJournal(next, event.event, nowMs);
  return next;
}

/** Between two processes the last one stays current: how much is left is counted from its block. */
function progressAfter(before: ProgressState, event: RunEvent): ProgressState {
  const after = reduceProgress(before, event);
  return { ...after, current: after.current ?? before.current };
}

function reduceJournal(state: LiveState, event: JournalEvent, nowMs: number): LiveState {
  switch (event.kind) {
    case 'process':
      return { ...state, process: begun(event) };
    case 'phase':
      return event.phase === 'steady' && state.process !== null
        ? { ...state, process: withSteady({ ...state.process, steadyFrom_ns: event.t_ns }) }
        : state;
    case 'iter':
      return withIterations(state, event);
    case 'tag':
      return { ...state, timeline: explain(state.timeline, event, 'gc') };
    case 'tele':
      return withTele(state, event);
    case 'edge':
      return { ...state, irq: reduceEdge(state.irq, event) };
    case 'process-end':
      return withProcessEnd(state, event, nowMs);
    case 'cell':
      return withCell(state, event.cell, (cell) => ({ ...cell, ended: event.reason }));
    case 'bye':
      return { ...state, isOver: true };
    case 'warn':
      return withNote(state, 'note', event.text, nowMs);
    case 'error':
      return withNote(state, 'failed', event.text, nowMs);
    default:
      return state;
  }
}

function withTele(state: LiveState, event: EventOf<'tele'>): LiveState {
  const { process, progress } = state;
  const board = reduceFiles(state.board, event);
  const cell = progress.plan?.cells.find(({ id }) => id === process?.cell);
  const since_ns = process?.isEnded === false ? process.steadyFrom_ns : null;
  const steady = cell === undefined || since_ns === null ? null : { cell, since_ns };
  const disturbances = watchTele(state.disturbances, event, board.jetson, steady);
  return {
    ...state,
    cpu: reduceTele(state.cpu, event),
    irq: reduceCounted(state.irq, event),
    board,
    disturbances,
    timeline: explained(state.timeline, disturbances),
  };
}

function explained(timeline: Timeline, { spans }: DisturbanceWatch): Timeline {
  return spans.reduce((marked, span) => explain(marked, span, span.cause), timeline);
}

function begun({ process, cell, block }: EventOf<'process'>): LiveProcess {
  const none = {
    steadyFrom_ns: null,
    starts_ns: [],
    durations_ns: [],
    iterations: 0,
    steady: null,
    isEnded: false,
  };
  return { process, cell, block, ...none };
}

function withIterations(state: LiveState, event: EventOf<'iter'>): LiveState {
  const { process } = state;
  const starts_ns = startsOf(event);
  const typical_ns = process?.steady?.p50_ns ?? null;
  const extended = extend(state.timeline, { ...event, starts_ns }, typical_ns);
  const timeline = explained(extended, state.disturbances);
  if (process === null || process.process !== event.process) return { ...state, timeline };
  return {
    ...state,
    timeline,
    process: withSteady({
      ...process,
      iterations: event.first + event.dt_ns.length,
      starts_ns: [...process.starts_ns, ...starts_ns].slice(-MAX_ITERATIONS),
      durations_ns: [...process.durations_ns, ...event.dt_ns].slice(-MAX_ITERATIONS),
    }),
  };
}

function startsOf({ t0_ns, dt_ns, gap_ns }: EventOf<'iter'>): number[] {
  let at = t0_ns;
  return dt_ns.map((duration, index) => {
    const start = at;
    at += duration + (gap_ns[index] ?? 0);
    return start;
  });
}

/** Steady iterations of a process so far; of one that still warms up, none. */
export function steadyOf(process: LiveProcess): readonly number[] {
  const { steadyFrom_ns, starts_ns, durations_ns } = process;
  if (steadyFrom_ns === null) return [];
  const from = starts_ns.findIndex((start) => start >= steadyFrom_ns);
  return from < 0 ? [] : durations_ns.slice(from);
}

/** Once for each batch: frames only read it. */
function withSteady(process: LiveProcess): LiveProcess {
  return { ...process, steady: runningDistribution(steadyOf(process)) };
}

function withProcessEnd(state: LiveState, event: EventOf<'process-end'>, nowMs: number): LiveState {
  const { process } = state;
  if (process === null || process.process !== event.process) return state;
  const ended = { ...state, process: { ...process, isEnded: true } };
  if (event.outcome === 'ok') {
    const median_ns = process.steady?.p50_ns;
    if (median_ns === undefined || event.isMovedBack) return ended;
    const withMedian = (cell: LiveCell) => ({
      ...cell,
      medians_ns: [...cell.medians_ns, median_ns],
    });
    return withCell(ended, process.cell, withMedian);
  }
  if (event.outcome === 'cancelled') return ended;
  const label = labelOf(state, process.cell);
  const why =
    engineWords(event.message) || event.signal || `exit code ${event.exitCode ?? 'unknown'}`;
  return withNote(
    withCell(ended, process.cell, (cell) => ({ ...cell, failed: cell.failed + 1 })),
    'failed',
    `${label}: process ${event.outcome}: ${why}`,
    nowMs,
  );
}

export function labelOf({ progress }: LiveState, cell: string): string {
  return progress.plan?.cells.find(({ id }) => id === cell)?.label ?? cell;
}

const noCell: LiveCell = { medians_ns: [], failed: 0, ended: null };

export function cellOf(state: LiveState, id: string): LiveCell {
  return state.cells.get(id) ?? noCell;
}

function withCell(state: LiveState, id: string, change: (cell: LiveCell) => LiveCell): LiveState {
  return { ...state, cells: new Map([...state.cells, [id, change(cellOf(state, id))]]) };
}

function withNote(
  state: LiveState,
  kind: LiveNote['kind'],
  text: string,
  nowMs: number,
): LiveState {
  const note: LiveNote = { elapsedMs: nowMs - state.beganMs, kind, text: cleanLine(text) };
  return { ...state, notes: [...state.notes, note].slice(-MAX_NOTES) };
}

/** The state after the person asked to stop. */
export function stopping(state: LiveState): LiveState {
  return { ...state, isStopping: true };
}

/** The state after all is over: time stands still. */
export function settledAs(state: LiveState, settled: Settled): LiveState {
  return { ...state, settled, isStopping: false };
}

/** The state after a note of our own. */
export function noted(state: LiveState, text: string, nowMs: number): LiveState {
  return withNote(state, 'note', text, nowMs);
}
