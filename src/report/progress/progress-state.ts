import type { Plan } from '../../../agent/contract/plan.ts';
import type { BoardFacts } from '../../../host/board/facts.ts';
import type { ProcessState } from '../../../host/journal/process-state.ts';
import type { Cooling, RunState } from '../../../host/journal/run-state.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import type { PushProgress } from '../../../host/store/push/progress.ts';

/** All that a progress display needs; a reducer's state, apart from how it is drawn. */
export interface ProgressState {
  readonly destination: string;
  readonly connectedMs: number | null;
  readonly facts: BoardFacts | null;
  readonly plan: Plan | null;
  readonly preparing: string | null;
  readonly push: PushProgress | null;
  /** As far as its journal was read; null before that. */
  readonly run: RunState | null;
  readonly lastNote: string | null;
}

export const initialProgress: ProgressState = {
  destination: '',
  connectedMs: null,
  facts: null,
  plan: null,
  preparing: null,
  push: null,
  run: null,
  lastNote: null,
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
      return event.change.kind === 'notice'
        ? { ...state, run: event.run, lastNote: event.change.text }
        : { ...state, run: event.run };
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

/** The process that is measured at this moment; null between two of them. */
export function processUnderWay({ run }: Pick<ProgressState, 'run'>): ProcessState | null {
  return run?.process?.isEnded === false ? run.process : null;
}

/** `cooling down, 47.2 °C to 41.0 °C` */
export function coolingText({ celsius, limitC }: Cooling): string {
  return `cooling down, ${celsius.toFixed(1)} °C to ${limitC.toFixed(1)} °C`;
}
