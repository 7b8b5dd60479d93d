import type { Result } from '../analysis/result/result.ts';

/** A run that is saved here. */
export interface SavedOutcome {
  readonly kind: 'saved';
  readonly result: Result;
  /** Where it was saved. */
  readonly directory: string;
}

/** A run that goes on without us. */
interface LeftOutcome {
  readonly kind: 'left';
  readonly runId: string;
}

/** What following a run came to. */
export type RunOutcome = SavedOutcome | LeftOutcome;
