import type { EventOf } from '../../agent/contract/events.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { engineWords } from './engine-words.ts';
import { ProcessSample } from './process-sample.ts';
import type { RunDepth } from './run-depth.ts';

/** The process that is measured now; after its end, until the next one begins, the last. */
export interface ProcessState {
  readonly process: number;
  readonly cell: string;
  readonly block: number;
  /** Null until the warm-up is over. */
  readonly steadyFrom_ns: number | null;
  /** So far, warm-up included. */
  readonly iterations: number;
  /** Durations of its newest batch of iterations. */
  readonly newest_ns: readonly number[];
  /** Its iterations, as many as the depth keeps. */
  readonly sample: ProcessSample;
  readonly isEnded: boolean;
}

/** How a process came out. */
export interface EndedProcess {
  readonly cell: string | null;
  readonly block: number;
  readonly outcome: EventOf<'process-end'>['outcome'];
  readonly iterations: number;
  /**
   * Its steady iterations, as its own end tells them from the warm-up; null where there are none.
   */
  readonly steady: { readonly median_ns: number; readonly count: number } | null;
  /** In an engine's own words, all of them; of a process that went well, empty. */
  readonly message: string;
  /** The first line of them. */
  readonly headline: string;
  readonly signal: string | null;
  readonly exitCode: number | null;
  /** It went well, with interrupts and CPUs as its cell wants them: its median counts. */
  readonly isCounted: boolean;
}

export function begunProcess(event: EventOf<'process'>, depth: RunDepth): ProcessState {
  const { process, cell, block } = event;
  const sample = ProcessSample.empty(depth.iterations);
  const none = { steadyFrom_ns: null, iterations: 0, newest_ns: [], isEnded: false };
  return { process, cell, block, sample, ...none };
}

/** The process after one more batch of its iterations. */
export function withIterations(process: ProcessState, event: EventOf<'iter'>): ProcessState {
  return {
    ...process,
    iterations: event.first + event.dt_ns.length,
    newest_ns: event.dt_ns,
    sample: process.sample.with(event),
  };
}

/** What an end says; its cell is null where the process under way is another one. */
export function endedProcess(
  process: ProcessState | null,
  event: EventOf<'process-end'>,
): EndedProcess {
  const { outcome, signal, exitCode, iterations, warmUpIterations } = event;
  const known = process?.process === event.process && !process.isEnded ? process : null;
  const steady_ns = known?.sample.after(warmUpIterations) ?? [];
  const count = Math.max(0, (known?.iterations ?? 0) - warmUpIterations);
  return {
    cell: known?.cell ?? null,
    block: known?.block ?? process?.block ?? 0,
    outcome,
    iterations,
    steady: steady_ns.length === 0 ? null : { median_ns: median(steady_ns), count },
    message: engineWords(event.message),
    headline: engineWords(event.message.split('\n', 1)[0] ?? ''),
    signal,
    exitCode,
    isCounted: outcome === 'ok' && !event.isMovedBack && (event.cpuChanges ?? []).length === 0,
  };
}

/** Steady iterations of a process so far, nanoseconds; of one that still warms up, none. */
export function steadyOf({ steadyFrom_ns, sample }: ProcessState): readonly number[] {
  return steadyFrom_ns === null ? [] : sample.since(steadyFrom_ns);
}

/** Median of the newest batch, nanoseconds; null before the first. */
export function recentMedian_ns({ newest_ns }: ProcessState): number | null {
  return newest_ns.length === 0 ? null : median(newest_ns);
}
