import { cleanLine } from '../../../agent/contract/clean-text.ts';
import {
  type RunningDistribution,
  runningDistribution,
} from '../../../host/analysis/statistics/running-estimate.ts';
import {
  type EndedProcess,
  type ProcessState,
  steadyOf,
} from '../../../host/journal/process-state.ts';
import { noDetail, type RunDetail } from '../../../host/journal/run-detail.ts';
import { labelOf, type RunChange } from '../../../host/journal/run-state.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import {
  initialProgress,
  type ProgressState,
  reduceProgress,
} from '../../report/progress/progress-state.ts';

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

/**
 * All that the live view shows; a reducer's state over the stream that the progress lines read as
 * well.
 */
export interface LiveState {
  /** Steps, plan and counts, as the progress lines have them. */
  readonly progress: ProgressState;
  readonly beganMs: number;
  readonly notes: readonly LiveNote[];
  /** Null until the run was started on the board. */
  readonly runId: string | null;
  readonly isStopping: boolean;
  /** How it came out, and when; null while it goes on. */
  readonly settled: Settled | null;
}

const MAX_NOTES = 200;

export function initialLive(nowMs: number): LiveState {
  return {
    progress: initialProgress,
    beganMs: nowMs,
    notes: [],
    runId: null,
    isStopping: false,
    settled: null,
  };
}

/** The state after one more event; `nowMs` is the workstation's clock, used for estimates only. */
export function reduceLive(state: LiveState, event: RunEvent, nowMs: number): LiveState {
  const next = { ...state, progress: reduceProgress(state.progress, event) };
  if (event.kind === 'started') return { ...next, runId: event.runId };
  if (event.kind === 'attached') return { ...next, runId: event.run.runId };
  if (event.kind === 'note') return withNote(next, 'note', event.text, nowMs);
  if (event.kind === 'journal') return withChange(next, event.change, nowMs);
  return next;
}

function withChange(state: LiveState, change: RunChange, nowMs: number): LiveState {
  if (change.kind === 'notice') {
    return withNote(state, change.isError ? 'failed' : 'note', change.text, nowMs);
  }
  if (change.kind !== 'process-ended') return state;
  const text = failureText(state, change.ended);
  return text === null ? state : withNote(state, 'failed', text, nowMs);
}

function failureText({ progress }: LiveState, ended: EndedProcess): string | null {
  const { cell, outcome, message, signal, exitCode } = ended;
  if (cell === null || outcome === 'ok' || outcome === 'cancelled') return null;
  const why = message || signal || `exit code ${exitCode ?? 'unknown'}`;
  return `${labelOf(progress.plan, cell)}: process ${outcome}: ${why}`;
}

/** The process that is measured now; between two of them, the last. */
export function processOf({ progress }: LiveState): ProcessState | null {
  return progress.run?.process ?? null;
}

/** What is known of the board and of single iterations. */
export function detailOf({ progress }: LiveState): RunDetail {
  return progress.run?.detail ?? noDetail;
}

const distributions = new WeakMap<ProcessState, RunningDistribution>();

/** Of its steady iterations so far, computed once for all frames; null before the first. */
export function distributionOf(process: ProcessState): RunningDistribution | null {
  const known = distributions.get(process);
  if (known !== undefined) return known;
  const distribution = runningDistribution(steadyOf(process));
  if (distribution !== null) distributions.set(process, distribution);
  return distribution;
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
