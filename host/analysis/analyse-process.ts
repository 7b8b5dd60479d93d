import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { Cell, Effort } from '../../agent/contract/plan.ts';
import {
  type MedianInterval,
  medianInterval,
} from '../../agent/contract/statistics/within-process.ts';
import type { ProcessData } from '../journal/journal-data.ts';
import { type SteadyState, steadyState } from './statistics/steady-state.ts';
import { misfit, type RunGround } from './verdict/process-exclusion.ts';

/** One process of a cell, seen through the statistics. */
export interface ProcessAnalysis {
  readonly data: ProcessData;
  readonly state: SteadyState;
  /** Steady iterations in time order: durations and start times, nanoseconds. */
  readonly steady_ns: Float64Array;
  readonly steadyStart_ns: Float64Array;
  /** First iteration after the warm-up that the worker itself saw. */
  readonly liveCut: number;
  readonly interval: MedianInterval | null;
  readonly median_ns: number | null;
  /** Why it does not count for the headline; null when it counts. */
  readonly excluded: string | null;
}

/** Fewer steady iterations than this of a process that was stopped early say too little. */
const MIN_STEADY_WHEN_STOPPED = 30;

/** Labels the iterations of a process and takes the median of its steady part. */
export function analyseProcess(
  data: ProcessData,
  cell: Cell,
  effort: Effort,
  ground: RunGround,
): ProcessAnalysis {
  const durations = data.iterations.duration_ns.view();
  const starts = data.iterations.start_ns.view();
  const liveCut = Math.min(durations.length, warmUpIterations(data, starts));
  const state = steadyState(durations, liveCut);
  const steady_ns = durations.subarray(state.start);
  const interval = steady_ns.length > 0 ? medianInterval(steady_ns) : null;
  return {
    data,
    state,
    steady_ns,
    steadyStart_ns: starts.subarray(state.start),
    liveCut,
    interval,
    median_ns: interval?.median ?? null,
    excluded: exclusion({ data, cell, effort, ground }, steady_ns.length),
  };
}

/** As the worker reported it; of a process without an end, what began before its steady phase. */
function warmUpIterations(data: ProcessData, starts: Float64Array): number {
  if (data.ended !== null) return data.ended.warmUpIterations;
  const steadyFrom_ns = data.phases.get('steady');
  if (steadyFrom_ns === undefined) return starts.length;
  const first = starts.findIndex((start) => start >= steadyFrom_ns);
  return first < 0 ? starts.length : first;
}

interface Judged {
  readonly data: ProcessData;
  readonly cell: Cell;
  readonly effort: Effort;
  readonly ground: RunGround;
}

function exclusion({ data, cell, effort, ground }: Judged, steadyCount: number): string | null {
  if (data.repeatedAs !== undefined) return `cut off, and repeated as process ${data.repeatedAs}`;
  const failure = processFailure(data);
  if (failure !== null) return failure;
  const unlike = misfit(data, cell, ground);
  if (unlike !== null) return unlike;
  if (steadyCount === 0) return 'no steady iterations';
  const needed = Math.min(MIN_STEADY_WHEN_STOPPED, effort.minIterations);
  if (data.ended?.outcome !== 'ok' && steadyCount < needed) {
    return `stopped after ${steadyCount} steady iterations`;
  }
  return null;
}

/** How a process failed, in a few words; null when it did not. */
export function processFailure(data: ProcessData): string | null {
  if (data.ended === null) return null;
  const { outcome, signal, exitCode, message } = data.ended;
  switch (outcome) {
    case 'ok':
    case 'cancelled':
      return null;
    case 'killed':
      return isOwnKill(signal, message)
        ? `ended by us: ${cleanLine(message.split('\n', 1)[0] ?? '')}`
        : `killed by ${signal ?? 'a signal'}`;
    case 'crashed':
      return signal === null
        ? `crashed with exit code ${exitCode ?? '?'}`
        : `crashed with ${signal}`;
    case 'refused':
      return 'refused by the engine';
  }
}

/**
 * The supervisor's message begins with its reason where it ended a process itself, else with the
 * signal.
 */
function isOwnKill(signal: string | null, message: string): boolean {
  return signal !== null && message !== '' && !message.startsWith(signal);
}
